import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { childOutcome } from '../../../../test/run-in-child.js';
import { isPlaceBeside, placeBeside, sweepBeside, sweepFolder } from './leftovers.js';
import { OWNER_WORDS } from './owner-words.js';
import { writeAtomically } from './write-atomically.js';

const DEAD = OWNER_WORDS.replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`); // no process has a number this high
const NUMBER_USED_AGAIN = OWNER_WORDS.replace(/[0-9a-z]+$/, 'zz');
const ELSEWHERE = `${'0'.repeat(16)}-1-${OWNER_WORDS.split('-')[2]}`;
const DAY_SECONDS = 24 * 3600;

describe('what processes leave beside their targets', () => {
  let folder: string;
  let target: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-left-'));
    target = join(folder, 'target');
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Something of `owner` beside a target; its name. */
  const leave = (owner: string, beside = target, kind: 'partial' | 'replaced' = 'partial'): string => {
    const path = placeBeside(beside, kind).replace(OWNER_WORDS, owner);
    writeFileSync(path, 'half');
    return basename(path);
  };
  /** Nobody can give a file an old time of change, so the clock goes on instead. */
  const letPass = (seconds: number): void => {
    const now = Date.now() + seconds * 1000;
    jest.spyOn(Date, 'now').mockReturnValue(now);
  };
  /** Says that something was written so long ago, or, for less than nothing, that it will be. */
  const age = (name: string, seconds: number): void => {
    const then = Date.now() / 1000 - seconds;
    utimesSync(join(folder, name), then, then);
  };
  const left = (): string[] => readdirSync(folder).filter((name) => name.startsWith('.'));

  it.each([
    ['is gone', DEAD],
    ['has another process as the heir of its number', NUMBER_USED_AGAIN],
  ])('are removed with the next write of the target where their owner %s', async (_what, owner) => {
    if (owner === NUMBER_USED_AGAIN && process.platform !== 'linux') return; // nobody says when a process began
    leave(owner);
    leave(owner, target, 'replaced');
    const unpacked = placeBeside(target).replace(OWNER_WORDS, owner);
    mkdirSync(unpacked);
    writeFileSync(join(unpacked, 'member'), 'whole');
    await writeAtomically(target, async (unfinished) => writeFileSync(unfinished, 'whole'));

    expect(left()).toEqual([]);
  });

  it('stay where their owner lives, or where they are another target’s', async () => {
    const kept = [leave(OWNER_WORDS), leave(DEAD, join(folder, 'other'))];
    await sweepBeside(target);

    expect(left().sort()).toEqual(kept.sort());
  });

  it('stay where nobody knows the owner, until they were silent for a day', async () => {
    const name = leave(ELSEWHERE);
    letPass(DAY_SECONDS - 60);
    await sweepBeside(target);
    const before = left();
    letPass(120);
    await sweepBeside(target);

    expect([before, left()]).toEqual([[name], []]);
  });

  it('stay where nobody knows the owner, and it has just given them the old time of their source', async () => {
    const name = leave(ELSEWHERE);
    age(name, 2 * DAY_SECONDS);
    await sweepBeside(target);

    expect(left()).toEqual([name]);
  });

  it('stay where nobody knows the owner of a folder, as long as something below it is written', async () => {
    const folders = [leave(ELSEWHERE), leave(ELSEWHERE)];
    for (const name of folders) {
      rmSync(join(folder, name));
      mkdirSync(join(folder, name, 'a/b'), { recursive: true });
      writeFileSync(join(folder, name, 'a/b/member'), 'half');
    }
    const [written = ''] = folders;
    age(join(written, 'a/b/member'), -DAY_SECONDS);
    letPass(DAY_SECONDS + 60);
    await sweepBeside(target);

    expect(left()).toEqual([written]);
  });

  it('stay where the write fails', async () => {
    const replaced = leave(DEAD, target, 'replaced');
    await expect(writeAtomically(target, () => Promise.reject(new Error('no')))).rejects.toThrow('no');

    expect(left()).toEqual([replaced]);
  });

  it('are removed from a whole folder, but for what was replaced', async () => {
    const replaced = leave(DEAD, join(folder, 'a'), 'replaced');
    for (const name of ['a', 'b']) leave(DEAD, join(folder, name));
    await sweepFolder(folder);

    expect(left()).toEqual([replaced]);
  });

  it('are known by their names', () => {
    const names = [leave(OWNER_WORDS), leave(DEAD, target, 'replaced'), '.0123456789abcdef.partial'];

    expect(names.every(isPlaceBeside)).toBe(true);
    expect(['a.partial', '.a.partial', basename(target)].some(isPlaceBeside)).toBe(false);
    expect(names.every((name) => name.length < 80)).toBe(true);
    expect(dirname(placeBeside(target))).toBe(folder);
  });

  // The first line of each makes what the second is killed in.
  it.each([
    ['file in a storage', `storage.write('target', endless())`, `storage.write('target', 'whole')`],
    ['archive', `createArchive(big, target, { format: 'zip' })`, `createArchive(small, target, { format: 'zip' })`],
    ['extracted folder', `extractArchive(archive, target)`, `extractArchive(archive, target)`],
    ['row file', `writeNdjson(target, endless())`, `writeNdjson(target, [1])`],
  ])(
    'of a %s are gone after the next write, when the first was killed in the middle',
    async (_what, first, next) => {
      const input = { folder, target };
      const killed = await childOutcome(snippetOf(first, true), { input });
      const between = left();
      const whole = await childOutcome(snippetOf(next, false), { input });

      expect([killed.signal, between.length, whole.error, left()]).toEqual(['SIGKILL', 1, undefined, []]);
      expect(readdirSync(folder)).toContain('target');
    },
    60_000,
  );

  it('of a download that was killed are gone after the next one to the same target, of whatever object', async () => {
    writeFileSync(join(folder, 'large'), Buffer.alloc(64 * 1024 * 1024));
    writeFileSync(join(folder, 'small'), 'small');
    const input = { folder, target };
    const killed = await childOutcome(snippetOf(`storage.download('large', target)`, true), { input });
    const between = left().filter((name) => name.endsWith('.part'));
    const whole = await childOutcome(snippetOf(`storage.download('small', target)`, false), { input });

    expect([killed.signal, between.length, whole.error, left()]).toEqual(['SIGKILL', 1, undefined, []]);
    expect(readFileSync(target, 'utf8')).toBe('small');
  }, 60_000);
});

/** A process that does `work`, and is killed as soon as something of it can be seen. */
function snippetOf(work: string, isKilled: boolean): string {
  return `import { readdirSync, mkdirSync, writeFileSync, existsSync } from 'node:fs';
    import { LocalStorage, createArchive, extractArchive, writeNdjson } from 'nest-synapse';
    async function* endless() {
      for (let count = 0; ; count++) {
        await new Promise(setImmediate);
        yield 'x'.repeat(100_000);
      }
    }
    export default async ({ folder, target }) => {
      const [small, big, archive] = ['few', 'many', 'archive.zip'].map((name) => folder + '/' + name);
      if (!existsSync(archive)) {
        for (const each of [small, big]) mkdirSync(each);
        writeFileSync(small + '/a', 'a');
        for (let count = 0; count < 3000; count++) writeFileSync(big + '/' + count, String(count).repeat(500));
        await createArchive(big, archive, { format: 'zip' });
      }
      const storage = new LocalStorage({ location: folder });
      const look = () => {
        if (readdirSync(folder).some((name) => name.startsWith('.'))) process.kill(process.pid, 'SIGKILL');
        setImmediate(look);
      };
      if (${isKilled}) look();
      await ${work};
    };`;
}
