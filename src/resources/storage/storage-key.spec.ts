import { compareKeys, isPlainKey, normalizeKey, normalizeObjectKey } from './storage-key.js';

describe('A key', () => {
  it.each([
    ['a/b.txt', 'a/b.txt'],
    ['//a///b/./c/', 'a/b/c'],
    ['/', ''],
    ['a..b/..c', 'a..b/..c'],
    ['a:b', 'a:b'],
    ['%2e%2e/x', '%2e%2e/x'],
  ])('%s has the form %s', (key, normal) => {
    expect(normalizeKey(key)).toBe(normal);
  });

  it.each(['../x', 'a/..', 'a/../b', 'a\\..\\b', '/../x', 'http://h/x', '\\\\file://h', 'a\0', 'a\uD800'])(
    'B-17, B-18: %j is refused, with what is wrong and what to use',
    (key) => {
      expect(() => normalizeKey(key)).toThrow(
        expect.objectContaining({
          code: 'SYN_STORAGE_KEY',
          message: expect.stringContaining("without '..'") as string,
        }),
      );
    },
  );

  it('of an object is not that of the root', () => {
    expect(() => normalizeObjectKey('/.')).toThrow(expect.objectContaining({ code: 'SYN_STORAGE_KEY' }));
  });

  it('stands where its code points put it', () => {
    const keys = ['b', 'a', '\uFFFD', '😀', 'a/b', 'a.b', '한', ''];

    expect(keys.sort(compareKeys)).toEqual(['', 'a', 'a.b', 'a/b', 'b', '한', '\uFFFD', '😀']);
    expect([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))).toEqual(keys);
  });

  it.each([
    ['a/b', true],
    ['a//b', false],
    ['a/', false],
    ['a/../b', false],
    ['', false],
  ])('%j can be asked for: %s', (key, expected) => {
    expect(isPlainKey(key)).toBe(expected);
  });
});
