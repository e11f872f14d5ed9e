/**
 * `value` with two decimals; exact ties go to the even neighbour, as the original's do. For values from 0 on.
 *
 * A binary number is an exact tie only if it is an odd number of eighths; every other value has a nearest neighbour.
 */
export function roundToCents(value: number): number {
  const cents = value * 100;
  const below = Math.floor(cents);
  const eighths = value * 8;
  if (Number.isInteger(eighths) && eighths % 2 !== 0 && cents - below === 0.5) return (below + (below % 2)) / 100;
  // Close to a tie, the product's own rounding may have crossed it; the decimal text is exact.
  if (Math.abs(cents - below - 0.5) < 1e-6) return Number(value.toFixed(2));
  return Math.round(cents) / 100;
}
