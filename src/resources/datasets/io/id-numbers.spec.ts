import * as fc from 'fast-check';
import { IdNumbers } from './id-numbers.js';

describe(IdNumbers, () => {
  it('answers as a map does, whatever the ids are', () => {
    const id = fc.oneof(
      fc.nat(40),
      fc.integer(),
      fc.constantFrom(4_194_303, 4_194_304, -0, -1, 1.5, NaN, Infinity, '1', null, undefined, true),
    );
    fc.assert(
      fc.property(fc.array(id), fc.array(id), (ids, asked) => {
        const [numbers, map] = [new IdNumbers(), new Map<unknown, number>()];
        for (const [number, one] of ids.entries()) {
          numbers.set(one, number);
          map.set(one, number);
        }
        expect(numbers.size).toBe(map.size);
        for (const one of [...ids, ...asked]) expect(numbers.get(one)).toBe(map.get(one));
      }),
    );
  });
});
