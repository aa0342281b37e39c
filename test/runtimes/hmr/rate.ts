export const rate = (price: number): number => price * 2;
