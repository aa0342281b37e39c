export const rates = { tea: 2 };

export function tax(price) {
  if (price > 100) {
    return price * rates.tea;
  }
  return price;
}

export function never() {
  return "never";
}
