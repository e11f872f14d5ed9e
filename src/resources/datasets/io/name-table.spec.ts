import * as fc from 'fast-check';
import { NameTable } from './name-table.js';

describe(NameTable, () => {
  it('gives each name one number, in the order that they come', () => {
    const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[ab]{0,3}$/), fc.constant('한글.png'));
    fc.assert(
      fc.property(fc.array(name), (names) => {
        const table = new NameTable();
        const expected = [...new Set(names)];

        expect(names.map((one) => table.add(one))).toEqual(names.map((one) => expected.indexOf(one)));
        expect(table.count).toBe(expected.length);
        expect([table.has('no such name'), ...names.map((one) => table.has(one))]).toEqual([
          false,
          ...names.map(() => true),
        ]);
      }),
    );
  });

  it('still knows all of very many', () => {
    const table = new NameTable();
    const names = Array.from({ length: 20_000 }, (_, index) => `picture_${index}`);
    for (const name of names) table.add(name);

    expect(names.map((name) => table.add(name))).toEqual(names.map((_, index) => index));
  });
});
