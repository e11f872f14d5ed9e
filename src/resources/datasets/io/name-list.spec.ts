import * as fc from 'fast-check';
import { byCodePoint } from '../model/class-order.js';
import { NameList } from './name-list.js';

describe(NameList, () => {
  const name = fc.oneof(
    fc.string({ minLength: 1, unit: 'grapheme' }),
    fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', '.', '-', '한', '\u{1f600}', '\uffee') }),
  );
  const names = fc.uniqueArray(name, { maxLength: 400 });

  it('has names in the order of their code points, whatever order they come in', () => {
    fc.assert(
      fc.property(names, fc.constantFrom('as they are', 'sorted', 'reversed'), (all, order) => {
        const sorted = all.toSorted(byCodePoint);
        const given = order === 'sorted' ? sorted : order === 'reversed' ? sorted.toReversed() : all;
        const list = new NameList(given);

        expect(Array.from({ length: list.length }, (_, place) => list.at(place))).toEqual(sorted);
      }),
    );
  });

  it('finds the names that begin in some way, in any order of questions', () => {
    fc.assert(
      fc.property(names, fc.array(name), (all, questions) => {
        const sorted = all.toSorted(byCodePoint);
        const list = new NameList(all);
        for (const start of [...questions, ...all]) {
          const [first, behind] = list.placesOf(start);

          expect(sorted.slice(first, behind)).toEqual(sorted.filter((one) => one.startsWith(start)));
        }
      }),
    );
  });
});
