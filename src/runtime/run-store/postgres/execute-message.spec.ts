import type { Cell } from '../row-writer.js';
import { executeMessage } from './execute-message.js';

/** Reads a message by its documented form, with none of the code that wrote it. */
function read(message: Buffer): { statement: string; values: (string | null)[]; rest: string } {
  let at = 0;
  const take = (bytes: number): Buffer => message.subarray(at, (at += bytes));
  const int16 = (): number => take(2).readUInt16BE();
  const int32 = (): number => take(4).readInt32BE();
  const name = (): string =>
    take(message.indexOf(0, at) + 1 - at)
      .toString('utf8')
      .slice(0, -1);
  expect(take(1).toString()).toBe('B');
  const end = 1 + int32();
  expect(name()).toBe('');
  const statement = name();
  expect(int16()).toBe(0);
  const values = Array.from({ length: int16() }, () => {
    const bytes = int32();
    return bytes < 0 ? null : take(bytes).toString('utf8');
  });
  expect(int16()).toBe(0);
  expect(at).toBe(end);
  return { statement, values, rest: message.subarray(at).toString('latin1') };
}

const EXECUTE_AND_SYNC = 'E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04';

describe(executeMessage, () => {
  it.each<[Cell, string | null]>([
    [null, null],
    ['', ''],
    ['text', 'text'],
    ['ünï € 🙂 \\ "', 'ünï € 🙂 \\ "'],
    ['a\ud83d', 'a\ufffd'],
    [-0, '0'],
    [33.3, '33.3'],
    [1e21, '1e+21'],
    [-1.7976931348623157e308, '-1.7976931348623157e+308'],
    [Number.MIN_VALUE, '5e-324'],
    [Number.NaN, 'NaN'],
  ])('writes %p', (value, expected) => {
    const values = [expected, 'next'];
    expect(read(executeMessage('name', [value, 'next']))).toEqual({
      statement: 'name',
      values,
      rest: EXECUTE_AND_SYNC,
    });
  });

  it('writes texts of any length, and a short one after a long one', () => {
    const lengths = [...Array.from({ length: 60 }, (_, index) => 21_780 + index), 65_500, 65_536, 1_000_000];
    for (const length of lengths) {
      for (const character of ['a', '€']) {
        const text = character.repeat(length);
        expect(read(executeMessage('commit', [text, 7, null])).values).toEqual([text, '7', null]);
        expect(read(executeMessage('commit', ['short'])).values).toEqual(['short']);
      }
    }
  });

  it('writes short texts, whatever is where in them', () => {
    for (const length of [1, 2, 36, 39, 40, 41, 42]) {
      for (const character of ['\x7f', '\x80', '\0', '€', '🙂', '\ud83d']) {
        for (let at = 0; at < length; at++) {
          const text = 'a'.repeat(at) + character + 'b'.repeat(length - at - 1);
          const values = [character === '\ud83d' ? text.replace(character, '\ufffd') : text, '7'];
          expect(read(executeMessage('commit', [text, 7])).values).toEqual(values);
        }
      }
    }
  });

  it('holds no more memory than a large text takes', () => {
    expect(executeMessage('commit', ['a'.repeat(1_000_000)]).buffer.byteLength).toBeLessThan(1_001_000);
  });

  it('does not change a message when the next is written', () => {
    const first = executeMessage('one', ['first']);
    executeMessage('two', ['second']);

    expect(read(first)).toMatchObject({ statement: 'one', values: ['first'] });
  });

  it.each([undefined, true, 1n, {}, new Date(0), Buffer.from('x'), Symbol('x')])('refuses %p', (value) => {
    expect(() => executeMessage('name', [value as never])).toThrow(/must be a string/);
    expect(read(executeMessage('name', ['next'])).values).toEqual(['next']);
  });
});
