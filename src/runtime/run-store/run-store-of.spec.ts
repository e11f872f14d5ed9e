import { resolve } from 'node:path';
import { MemoryRunStore } from './memory-run-store.js';
import { PostgresRunStore } from './postgres/postgres-run-store.js';
import { runStoreOf, shownStoreWord } from './run-store-of.js';
import { SqliteRunStore } from './sqlite/sqlite-run-store.js';

describe(runStoreOf, () => {
  it.each([
    ['memory', MemoryRunStore],
    ['postgres://host/db', PostgresRunStore],
    ['postgresql://host/db', PostgresRunStore],
    ['runs.sqlite', SqliteRunStore],
    ['./memory', SqliteRunStore],
  ])('makes of %s a %p', (word, type) => {
    expect(runStoreOf(word)).toBeInstanceOf(type);
  });

  it('takes a file as from the current folder', () => {
    expect(runStoreOf('state/runs.sqlite')).toMatchObject({ path: resolve('state/runs.sqlite') });
  });

  it.each(['', 'mysql://me:secret@host/db', 'redis://host'])('refuses %j, without what may be secret in it', (word) => {
    expect(() => runStoreOf(word)).toThrow(expect.objectContaining({ code: 'SYN_USAGE' }) as Error);
    expect(() => runStoreOf(word)).not.toThrow(/secret/);
  });
});

describe(shownStoreWord, () => {
  it.each([
    ['postgres://me:secret@host/db?schema=a', 'postgres://me@host/db?schema=a'],
    ['runs.sqlite', 'runs.sqlite'],
    ['memory', 'memory'],
  ])('makes of %s what anybody may see', (word, shown) => {
    expect(shownStoreWord(word)).toBe(shown);
  });
});
