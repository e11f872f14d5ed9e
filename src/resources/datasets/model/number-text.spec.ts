import * as fc from 'fast-check';
import { sixDecimals } from './number-text.js';

/** Six decimals from the exact value of a double, by whole numbers only. */
function exact(value: number): string {
  let [numerator, shift] = [Math.abs(value), 0n];
  while (!Number.isInteger(numerator)) [numerator, shift] = [numerator * 2, shift + 1n];
  const scaled = BigInt(numerator) * 1_000_000n;
  const [whole, rest, half] = [scaled >> shift, scaled & ((1n << shift) - 1n), shift === 0n ? 1n : 1n << (shift - 1n)];
  const up = rest > half || (rest === half && whole % 2n === 1n) ? 1n : 0n;
  const text = String(whole + up).padStart(7, '0');
  return `${value < 0 || Object.is(value, -0) ? '-' : ''}${text.slice(0, -6)}.${text.slice(-6)}`;
}

describe('sixDecimals', () => {
  it.each([
    [1 / 128, '0.007812'],
    [3 / 128, '0.023438'],
    [0.9999999, '1.000000'],
    [-0, '-0.000000'],
    [-1e-9, '-0.000000'],
    [0.5, '0.500000'],
    [1e21, '1000000000000000000000.000000'],
  ])('writes %d as %s', (value, text) => {
    expect(sixDecimals(value)).toBe(text);
  });

  it('rounds the exact value, ties to even, whatever the value', () => {
    const shares = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: -1_000, max: 1_000, noNaN: true }),
      fc
        .tuple(fc.integer({ min: 0, max: 4_096 }), fc.constantFrom(128, 256, 1_024, 4_096, 640, 480))
        .map(([a, b]) => a / b),
      fc.integer({ min: 0, max: 1_000_000 }).map((n) => (n + 0.5) / 1_000_000),
      fc.integer({ min: 0, max: 102_400 }).map((n) => n / 100 / 1_024), // nearly ties
      fc.integer({ min: 0, max: 60 }).map((n) => 2 ** -n),
    );
    fc.assert(
      fc.property(shares, (value) => sixDecimals(value) === exact(value)),
      { numRuns: 2_000 },
    );
  });
});
