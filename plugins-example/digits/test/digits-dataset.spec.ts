import { DigitsDataset, parseDigits } from '../src/digits-dataset.js';
import { seededRandom, shuffled } from '../src/seeded-random.js';

describe(DigitsDataset, () => {
  const dataset = new DigitsDataset();

  it('holds 1,797 pictures of 64 pixels, and some of every digit', () => {
    const digits = dataset.all();

    expect(digits).toHaveLength(1797);
    expect(new Set(digits.map(({ pixels }) => pixels.length))).toEqual(new Set([64]));
    expect(new Set(digits.map(({ label }) => label)).size).toBe(10);
    expect(digits[0]?.label).toBe(0);
  });

  it('holds out a fifth, and no picture is in both parts or in none', () => {
    const { training, heldOut } = dataset.split(1);

    expect(heldOut).toHaveLength(359);
    expect(new Set([...training, ...heldOut])).toEqual(new Set(dataset.all()));
    expect(training.length + heldOut.length).toBe(1797);
  });

  it('splits alike for the same seed and otherwise for another', () => {
    expect(new DigitsDataset().split(7)).toEqual(dataset.split(7));
    expect(dataset.split(8).heldOut).not.toEqual(dataset.split(7).heldOut);
  });

  it.each([
    ['a line that is too short', '1,2,3'],
    ['a pixel that is too dark', [...new Array<number>(63).fill(0), 17, 3].join(',')],
    ['a label that is no digit', [...new Array<number>(64).fill(0), 10].join(',')],
    ['a word', [...new Array<string>(63).fill('0'), 'x', '1'].join(',')],
    ['no line at all', ''],
  ])('refuses %s and names the line', (_case, line) => {
    expect(() => parseDigits(line)).toThrow('Line 1');
  });
});

describe(seededRandom, () => {
  it('gives numbers from 0 to below 1, evenly spread and repeatable', () => {
    const numbers = Array.from({ length: 10_000 }, seededRandom(5));
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(mean).toBeGreaterThan(0.48);
    expect(mean).toBeLessThan(0.52);
    expect(Array.from({ length: 10 }, seededRandom(5))).toEqual(numbers.slice(0, 10));
  });

  it('shuffles without losing or doubling anything', () => {
    const items = Array.from({ length: 100 }, (_, index) => index);

    expect(shuffled(items, seededRandom(1))).not.toEqual(items);
    expect(shuffled(items, seededRandom(1)).sort((a, b) => a - b)).toEqual(items);
  });
});
