import { NumberSet } from './number-set.js';

describe('NumberSet', () => {
  it('knows every number that was added, however large, negative or many', () => {
    const numbers = new NumberSet();
    const all = Array.from({ length: 5_000 }, (_, index) => [
      index,
      -index - 1,
      index * 4_294_967_296 + 2 ** 40,
    ]).flat();

    expect(all.every((number) => numbers.add(number))).toBe(true);
    expect(all.some((number) => numbers.add(number))).toBe(false);
    expect(numbers.add(Number.MAX_SAFE_INTEGER)).toBe(true);
  });
});
