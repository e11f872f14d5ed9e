import * as fc from 'fast-check';
import { sixDecimals } from '../../model/number-text.js';
import { LabelLineScanner } from './label-line-scanner.js';
import { LabelText } from './label-text.js';

describe(LabelLineScanner, () => {
  const scanner = new LabelLineScanner();
  const numbersIn = (line: string): number[] | undefined =>
    scanner.scan(line, 0, line.length) ? [scanner.classId, ...scanner.numbers.subarray(0, scanner.count)] : undefined;

  it('reads every number as JavaScript reads it', () => {
    const number = fc.oneof(
      fc.double({ min: -2, max: 2, noNaN: true }).map((value) => value.toFixed(6)),
      fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value.toFixed(14)),
      fc.integer().map(String),
    );
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.array(number, { maxLength: 90 }),
        fc.constantFrom(' ', '  ', '\t'),
        (id, texts, blank) => {
          const found = numbersIn(`${blank}${[id, ...texts].join(blank)} \r`);

          expect(found).toEqual([id, ...texts.map(Number)]);
        },
      ),
    );
  });

  it.each([
    '',
    '  ',
    '-1 0.5',
    '0.0 1',
    '1 0x10',
    '1 1e-3',
    '1 0.5.5',
    '1 .',
    '1 -',
    '1 0.1234567890123456',
    '\ufeff1 2',
  ])('leaves %j to others', (line) => {
    expect(numbersIn(line)).toBeUndefined();
  });

  it.each([
    ['3 .5 5. 07', [3, 0.5, 5, 7]],
    ['0', [0]],
  ])('reads %j', (line, numbers) => {
    expect(numbersIn(line)).toEqual(numbers);
  });
});

describe(LabelText, () => {
  it('has the text that its parts make', () => {
    const value = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.constantFrom(0, -0, 1, 1 / 128, 3 / 128, 0.9999999, 1e21),
    );
    const lines = fc.array(fc.tuple(fc.nat(), fc.array(value, { maxLength: 300 })), { maxLength: 12 });
    const text = new LabelText();
    fc.assert(
      fc.property(lines, (rows) => {
        text.clear();
        for (const [id, values] of rows) {
          text.startLine(id);
          values.forEach((share, index) => (index % 3 === 2 ? text.addWhole(index) : text.addShare(share)));
        }
        const expected = rows.map(([id, values]) =>
          [id, ...values.map((share, index) => (index % 3 === 2 ? index : sixDecimals(share)))].join(' '),
        );
        expect(text.toString()).toBe(expected.join('\n'));
        expect(text.isEmpty).toBe(rows.length === 0);
      }),
    );
  });
});
