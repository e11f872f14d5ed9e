import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInChild } from '../../../../../test/run-in-child.js';

const FILES = 60_000;
const HEAP_MB = 64;
/** Their names have to be held, for they come sorted; what is known of each takes as much again, several times. */
const MAX_BYTES_PER_FILE = 160;

/** What a listing has, and how many bytes it holds for each file in the middle of it. With `keeps`, so many as if it held all that it has told. */
const LIST = `import { LocalStorage } from './src/resources/storage/providers/local/local-storage.js';
export default async ({ location, pattern, keeps, lookAt, files }) => {
  const storage = new LocalStorage({ location });
  for await (const _entry of storage.glob('none/*')); // what has to be loaded is
  const heldBytes = () => (gc(), process.memoryUsage().heapUsed);
  const before = heldBytes();
  const kept = [];
  let [count, last, isSorted, bytesPerFile] = [0, '', true, 0];
  for await (const entry of pattern === undefined ? storage.list() : storage.glob(pattern)) {
    if (keeps) kept.push(entry);
    count++;
    isSorted &&= last < entry.key;
    last = entry.key;
    if (count === lookAt) bytesPerFile = (heldBytes() - before) / files;
  }
  return { count, last, isSorted, bytesPerFile, kept: kept.length };
};`;

describe('LocalStorage with a folder of very many files', () => {
  let location: string;
  beforeAll(async () => {
    location = mkdtempSync(join(tmpdir(), 'synapse-many-'));
    await runInChild(
      `import { closeSync, openSync } from 'node:fs';
      export default ({ location, count }) => {
        for (let number = 0; number < count; number++) closeSync(openSync(location + '/' + String(number).padStart(6, '0'), 'w'));
      };`,
      { input: { location, count: FILES } },
    );
  }, 60_000);
  afterAll(() => rmSync(location, { recursive: true, force: true }));

  const list = (lookAt: number, how: object = {}) =>
    runInChild<{ bytesPerFile: number }>(LIST, {
      input: { location, lookAt, files: FILES, ...how },
      nodeArgs: ['--expose-gc', `--max-old-space-size=${HEAP_MB}`],
    });

  it('lists them all, in order, and holds no more of each than its name', async () => {
    const listed = await list(FILES - 1);

    expect(listed).toMatchObject({ count: FILES, last: '059999', isSorted: true });
    expect(listed.bytesPerFile).toBeLessThan(MAX_BYTES_PER_FILE);
    expect((await list(FILES / 2, { keeps: true })).bytesPerFile).toBeGreaterThan(MAX_BYTES_PER_FILE);
  }, 60_000);

  it('finds those of a pattern in the same memory', async () => {
    const found = await list(FILES / 5, { pattern: '*[05]' });

    expect(found).toMatchObject({ count: FILES / 5, last: '059995', isSorted: true });
    expect(found.bytesPerFile).toBeLessThan(MAX_BYTES_PER_FILE);
  }, 60_000);
});
