import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArchive } from '../../../src/resources/files/archives/create-archive.js';
import { canMount, inSmallSpace } from './in-small-space.js';

const DISK_BYTES = 2 * 1024 ** 2;
/** What is on the disk at the end, and what the call answered. */
interface Outcome {
  readonly left: readonly string[];
  readonly error: { readonly code: string; readonly message: string };
}

const HEAD = `
  import { readdirSync, writeFileSync, rmSync } from 'node:fs';
  import { createServer } from 'node:http';
  import { createArchive } from './src/resources/files/archives/create-archive.js';
  import { extractArchive } from './src/resources/files/archives/extract-archive.js';
  import { downloadFile } from './src/resources/files/downloads/downloader.js';
  import { writeCsv } from './src/resources/files/records/row-files.js';
  const failed = async (disk, work) => {
    const error = await work().then(() => null, (thrown) => thrown.toJSON?.() ?? { code: 'none', message: String(thrown?.stack) });
    return { left: readdirSync(disk, { recursive: true }).sort(), error };
  };`;

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);
const onSmallDisk = async (line: string): Promise<Outcome> => {
  const outcome = await inSmallSpace<Outcome>(DISK_BYTES, `${HEAD}\nexport default ${line}`, { folder });
  if (outcome.value === undefined) throw new Error(`${outcome.error?.stack}\n${outcome.stderr}`);
  return outcome.value;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-full-'));
  for (const name of ['large', 'many']) mkdirSync(at(name));
  writeFileSync(at('large/a.bin'), randomBytes(5_000_000));
  for (let number = 0; number < 50; number++) writeFileSync(at('many', `${number}`), randomBytes(100_000));
  for (const name of ['large', 'many']) {
    await createArchive(at(name), at(`${name}.zip`));
    await createArchive(at(name), at(`${name}.tar.gz`));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Where a container forbids mounts, no disk can be made small; CI may make them.
(canMount ? describe : describe.skip)('a disk that fills up', () => {
  it.each(['large', 'many'].flatMap((name) => ['zip', 'tar.gz'].map((suffix) => [suffix, name])))(
    'ends the making of a %s of %s, and has only the old one on it',
    async (suffix, name) => {
      const { left, error } = await onSmallDisk(`({ disk, folder }) => {
        writeFileSync(disk + '/a.${suffix}', 'old');
        return failed(disk, () => createArchive(folder + '/${name}', disk + '/a.${suffix}'));
      }`);

      expect(error).toMatchObject({
        code: 'SYN_FILE_WRITE',
        message: expect.stringContaining('disk is full') as string,
      });
      expect(left).toEqual([`a.${suffix}`]);
    },
  );

  it.each(['large.zip', 'many.zip', 'large.tar.gz', 'many.tar.gz'])(
    'ends the extraction of %s, and has nothing of it on it',
    async (name) => {
      const { left, error } = await onSmallDisk(
        `({ disk, folder }) => failed(disk, () => extractArchive(folder + '/${name}', disk + '/out'))`,
      );

      expect(error).toMatchObject({
        code: 'SYN_FILE_WRITE',
        message: expect.stringMatching(/disk is full|are free/) as string,
      });
      expect(left).toEqual([]);
    },
  );

  it('ends an extraction that had room when it began', async () => {
    const { left, error } = await onSmallDisk(`({ disk, folder }) => {
      let filler = 0;
      const onProgress = () => filler++ === 0 && writeFileSync(disk + '/other', Buffer.alloc(1_900_000));
      const work = () => extractArchive(folder + '/some.zip', disk + '/out', { onProgress });
      return createArchive(folder + '/many', folder + '/some.zip', { filter: { shouldInclude: (name) => name.length === 1, shouldEnter: () => true } })
        .then(() => failed(disk, work));
    }`);

    expect(error).toMatchObject({ code: 'SYN_FILE_WRITE', message: expect.stringContaining('disk is full') as string });
    expect(left).toEqual(['other']);
  });

  it.each([
    ['says how large it is', `{ 'content-length': 5_000_000 }`, /are free/],
    ['does not say how large it is', '{}', /disk is full/],
  ])('ends a download of what %s', async (_case, headers, message) => {
    const { left, error } = await onSmallDisk(`async ({ disk }) => {
      const server = createServer((_request, response) => response.writeHead(200, ${headers}).end(Buffer.alloc(5_000_000)));
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = 'http://127.0.0.1:' + server.address().port;
      const outcome = await failed(disk, () => downloadFile(url, disk, { privateAddresses: true, keepsPartial: false }));
      server.closeAllConnections();
      server.close();
      return outcome;
    }`);

    expect(error).toMatchObject({ code: 'SYN_FILE_WRITE', message: expect.stringMatching(message) as string });
    expect(left).toEqual([]);
  });

  it('ends the writing of a table, and leaves the old one', async () => {
    const { left, error } = await onSmallDisk(`({ disk }) => {
      writeFileSync(disk + '/a.csv', 'old');
      const rows = function* () { for (let number = 0; number < 1_000_000; number++) yield { number, text: 'some words' }; };
      return failed(disk, () => writeCsv(disk + '/a.csv', rows()));
    }`);

    expect(error).toMatchObject({ code: 'SYN_FILE_WRITE', message: expect.stringContaining('disk is full') as string });
    expect(left).toEqual(['a.csv']);
  });
});
