import { SharedInt32 } from "threadkit";

export const sold = new SharedInt32();
export const total = (prices) => prices.reduce((sum, price) => sum + price, 0);
