import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { runInChild } from '../../../../test/run-in-child.js';
import { isOwnerGone, OWNER_WORDS } from './owner-words.js';

/** Asks a process for its words, and whether the owner of others is gone, on a machine whose files in `files`, and whose disk, are other ones. */
const WORDS = `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

export default async ({ files, fileSystem, asked }) => {
  const { readFileSync } = fs;
  fs.readFileSync = (path, ...options) => {
    if (files[path] === null) throw new Error('unreadable');
    return files[path] ?? readFileSync(path, ...options);
  };
  fs.statfsSync = () => ({ type: fileSystem });
  syncBuiltinESMExports();
  const { isOwnerGone, OWNER_WORDS } = await import('./src/resources/files/places/owner-words.js');
  return { words: OWNER_WORDS, isGone: asked === undefined ? 'unasked' : (isOwnerGone(asked, '/tmp') ?? 'unknown') };
};`;

interface Machine {
  readonly files: Readonly<Record<string, string | null>>;
  /** The number that Linux gives the kind of file system. */
  readonly fileSystem: number;
}

const EXT4 = 0xef53;
const NFS = 0x6969;
const machineOf = (id: string | null, boot: string | null, fileSystem = EXT4): Machine => ({
  files: { '/etc/machine-id': id, '/proc/sys/kernel/random/boot_id': boot },
  fileSystem,
});
const MACHINE = machineOf('one', 'first');

interface Answer {
  readonly words: string;
  readonly isGone: boolean | 'unasked' | 'unknown';
}

const answerOf = (machine: Machine, asked?: string): Promise<Answer> =>
  runInChild<Answer>(WORDS, { input: { ...machine, asked } });

describe('the words of an owner', () => {
  it('say that it is gone to another process of the same machine', async () => {
    const { words } = await answerOf(MACHINE);

    expect(await answerOf(MACHINE, words)).toMatchObject({ isGone: true });
  }, 60_000);

  it('say that it is gone after another start of its machine, on a disk that no other machine writes to', async () => {
    const { words } = await answerOf(MACHINE);

    expect(await answerOf(machineOf('one', 'second'), words)).toMatchObject({ isGone: true });
  }, 60_000);

  it.each([
    ['a copy of its machine with which it shares a folder', MACHINE, machineOf('one', 'second', NFS)],
    ['another machine', MACHINE, machineOf('two', 'second')],
    ['a machine that has no name of its own', machineOf(null, 'first'), machineOf(null, 'second')],
    ['a process that may not know since when its machine runs', MACHINE, machineOf('one', null)],
    ['others, where it may not know since when its machine runs', machineOf('one', null), MACHINE],
  ])(
    'say nothing to %s',
    async (_what, its, other) => {
      const { words } = await answerOf(its);

      expect(await answerOf(other, words)).toMatchObject({ isGone: 'unknown' });
    },
    60_000,
  );

  it('say that it is gone once it has ended, although nobody has asked how', async () => {
    if (process.platform !== 'linux') return; // nobody says when a process began
    const parent = spawn('sh', ['-c', 'exec 3<&0; read word <&3 & echo $!; exec sleep 1000'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = line.toString().trim();
      const [, start = 0] = statOf(pid);
      const words = OWNER_WORDS.replace(/-.*/, `-${pid}-${Number(start).toString(36)}`);
      const before = isOwnerGone(words, tmpdir());
      // Before, it is still a shell, which may ask how its child has ended.
      while (readFileSync(`/proc/${parent.pid}/comm`, 'utf8') !== 'sleep\n') await new Promise(setImmediate);
      parent.stdin.end('\n');
      while (statOf(pid)[0] !== 'Z') await new Promise(setImmediate);

      expect([before, isOwnerGone(words, tmpdir())]).toEqual([false, true]);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

/** What a process does, and when it began. */
function statOf(pid: string): readonly [string | undefined, string | undefined] {
  const facts = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return [facts[0], facts[19]];
}
