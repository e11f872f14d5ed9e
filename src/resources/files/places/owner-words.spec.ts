import { runInChild } from '../../../../test/run-in-child.js';

/** Asks a process for its words, and whether the owner of others is gone, on a machine whose files in `given` are other ones. */
const WORDS = `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

export default async ({ given, asked }) => {
  const { readFileSync } = fs;
  fs.readFileSync = (path, ...options) => given[path] ?? readFileSync(path, ...options);
  syncBuiltinESMExports();
  const { isOwnerGone, OWNER_WORDS } = await import('./src/resources/files/places/owner-words.js');
  return { words: OWNER_WORDS, isGone: asked === undefined ? 'unasked' : (isOwnerGone(asked) ?? 'unknown') };
};`;
const MACHINE = { '/etc/machine-id': 'one', '/proc/sys/kernel/random/boot_id': 'first' };

interface Answer {
  readonly words: string;
  readonly isGone: boolean | 'unasked' | 'unknown';
}

const answerOf = (given: Readonly<Record<string, string>>, asked?: string): Promise<Answer> =>
  runInChild<Answer>(WORDS, { input: { given, asked } });

describe('the words of an owner', () => {
  it('say that it is gone to another process of the same machine', async () => {
    const { words } = await answerOf(MACHINE);

    expect(await answerOf(MACHINE, words)).toMatchObject({ isGone: true });
  }, 60_000);

  it('say nothing to a machine that is a copy of its own, name and all, nor to its own after another start', async () => {
    const { words } = await answerOf(MACHINE);
    const copy = { ...MACHINE, '/proc/sys/kernel/random/boot_id': 'second' };

    expect(await answerOf(copy, words)).toMatchObject({ isGone: 'unknown' });
  }, 60_000);
});
