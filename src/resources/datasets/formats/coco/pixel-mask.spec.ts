import * as fc from 'fast-check';
import { partsOf } from './mask-parts.js';
import { PixelMask } from './pixel-mask.js';

const rowsOf = (mask: PixelMask): string[] =>
  Array.from({ length: mask.height }, (_, y) =>
    Array.from({ length: mask.width }, (__, x) => (mask.has(x, y) ? '1' : '0')).join(''),
  );

/** A mask of the rows of a drawing. */
function drawn(...rows: readonly string[]): PixelMask {
  const width = rows[0]?.length ?? 0;
  const pixels = Array.from({ length: width }, (_, x) => rows.map((row) => row[x]).join('')).join('');
  const counts = [
    ...(pixels.startsWith('1') ? [0] : []),
    ...(pixels.match(/0+|1+/g) ?? []).map(({ length }) => length),
  ];
  const mask = PixelMask.fromRuns({ size: [rows.length, width], counts });
  if (!mask) throw new Error('no mask');
  return mask;
}

describe(PixelMask, () => {
  it.each([
    ['03140K000O10O001000O10', ['11011', '11101', '11110', '01001', '10110', '11010', '11001']],
    ['1', ['0']],
  ])('reads %s as pycocotools does', (counts, rows) => {
    const mask = PixelMask.fromRuns({ size: [rows.length, rows[0]?.length], counts });

    expect(mask && rowsOf(mask)).toEqual(rows);
  });

  it('reads differences to runs before, large and negative ones', () => {
    const counts =
      'e<i0?000000000000000000\\OK55KK55KCN37:KCN37:KCN37:KK55KK55KK55KK55KK55?00000000000000000000000000000000000000[<';

    expect(PixelMask.fromRuns({ size: [40, 60], counts })?.area).toBe(909);
  });

  it.each([
    { size: [2, 2], counts: [1, 2] },
    { size: [2, 2], counts: [5] },
    { size: [2, 2], counts: [-1, 5] },
    { size: [2, 2], counts: [1.5, 2.5] },
    { size: [0, 2], counts: [] },
    { size: [1e6, 1e6], counts: [1e12] },
    { size: [2, 2], counts: '\n' },
    { size: [2, 2], counts: 'ooooooooo' },
    { size: [2, 2] },
    { counts: [4] },
  ])('refuses %j', (runs) => {
    expect(PixelMask.fromRuns(runs)).toBeUndefined();
  });
});

describe(partsOf, () => {
  it('goes around holes, what is in holes, and pixels that touch at corners', () => {
    const parts = partsOf(drawn('1111100', '1000100', '1010100', '1000100', '1111100', '0000010', '0000001'));

    expect(parts.map(({ outline, holes }) => [outline.length, holes.length])).toEqual([
      [4, 1],
      [4, 0],
      [4, 0],
      [4, 0],
    ]);
    expect(parts[0]).toEqual({
      outline: [
        [0, 0],
        [5, 0],
        [5, 5],
        [0, 5],
      ],
      holes: [
        [
          [1, 4],
          [4, 4],
          [4, 1],
          [1, 1],
        ].map((point) => expect.arrayContaining(point) as unknown),
      ],
    });
  });

  it('has exactly the pixels of the mask, whatever they are', () => {
    const masks = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })).chain(([width, height]) =>
      fc.array(fc.string({ unit: fc.constantFrom('0', '1'), minLength: width, maxLength: width }), {
        minLength: height,
        maxLength: height,
      }),
    );
    fc.assert(
      fc.property(masks, (rows) => {
        const mask = drawn(...rows);
        const again = PixelMask.fromParts(partsOf(mask), mask);

        expect(rowsOf(mask)).toEqual(rows);
        expect(rowsOf(again)).toEqual(rows);
        expect(again.toRuns()).toEqual(mask.toRuns());
        expect(PixelMask.fromRuns(again.toRuns())?.area).toBe(mask.area);
      }),
      { numRuns: 500 },
    );
  });
});
