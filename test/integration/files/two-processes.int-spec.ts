import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArchive } from '../../../src/resources/files/archives/create-archive.js';
import { type ChildOutcome, childOutcome } from '../../run-in-child.js';

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Several processes that begin the same work at the same time: each waits until all are ready. */
async function together(count: number, work: string, input: object): Promise<ChildOutcome<string>[]> {
  const ready = at('ready');
  mkdirSync(ready, { recursive: true });
  const snippet = `
    import { readdirSync, writeFileSync } from 'node:fs';
    import { createArchive } from './src/resources/files/archives/create-archive.js';
    import { extractArchive } from './src/resources/files/archives/extract-archive.js';
    import { LocalStorage } from './src/resources/storage/providers/local/local-storage.js';
    import { writeNdjson } from './src/resources/files/records/row-files.js';
    import { writeDictToFile } from './src/resources/files/records/dict-files.js';
    import { downloadFile } from './src/resources/files/downloads/downloader.js';
    export default async (input) => {
      writeFileSync(input.ready + '/' + process.pid, '');
      while (readdirSync(input.ready).length < input.count) await new Promise(setImmediate);
      return (${work})(input);
    };`;
  const children = Array.from({ length: count }, (_, number) =>
    childOutcome<string>(snippet, { input: { ...input, folder, ready, count, number } }),
  );
  return Promise.all(children);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-two-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('several processes that write one target', () => {
  it('leave one archive that is whole, of one of them', async () => {
    for (const number of [0, 1, 2]) {
      mkdirSync(at(`in${number}`));
      writeFileSync(at(`in${number}`, 'a.bin'), randomBytes(3_000_000));
      await createArchive(at(`in${number}`), at(`expected${number}.zip`));
    }
    const work = `({ folder, number }) => createArchive(folder + '/in' + number, folder + '/out/a.zip')`;
    const outcomes = await together(3, work, {});

    expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect(readdirSync(at('out'))).toEqual(['a.zip']);
    const expected = [0, 1, 2].map((number) => digest(readFileSync(at(`expected${number}.zip`))));
    expect(expected).toContain(digest(readFileSync(at('out/a.zip'))));
  });

  it.each([
    ['object in a storage', `({ folder, text }) => new LocalStorage({ location: folder + '/out' }).write('a', text)`],
    [
      'object of an uploaded file',
      `({ folder, number }) => new LocalStorage({ location: folder + '/out' }).upload(folder + '/' + number, 'a')`,
    ],
    ['table', `({ folder, text }) => writeNdjson(folder + '/out/a', [{ text }])`],
    ['document', `({ folder, text }) => writeDictToFile(folder + '/out/a.json', { text })`],
  ])('leave one %s that is whole, of one of them', async (_what, work) => {
    mkdirSync(at('out'));
    const texts = ['0', '1', '2'].map((number) => number.repeat(3_000_000));
    for (const [number, text] of texts.entries()) writeFileSync(at(`${number}`), text);
    const outcomes = await together(
      3,
      `(input) => (${work})({ ...input, text: String(input.number).repeat(3_000_000) })`,
      {},
    );

    expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect(readdirSync(at('out'))).toHaveLength(1);
    const found = readFileSync(at('out', readdirSync(at('out'))[0] ?? ''), 'utf8').replace(/[^012]/g, '');
    expect(texts.filter((text) => text === found)).toHaveLength(1);
  });

  it.each([
    ['first one wins', false],
    ['last one wins where it may overwrite', true],
  ])('leave one extracted folder that is whole, and the %s', async (_case, overwrite) => {
    for (const number of [0, 1, 2]) {
      for (let file = 0; file < 300; file++) {
        mkdirSync(at(`in${number}`), { recursive: true });
        writeFileSync(at(`in${number}`, `${file}`), `${number}`);
      }
      await createArchive(at(`in${number}`), at(`${number}.zip`));
    }
    if (overwrite) mkdirSync(at('place/out/old'), { recursive: true });
    const work = `({ folder, number, overwrite }) => extractArchive(folder + '/' + number + '.zip', folder + '/place/out', { overwrite })`;
    const outcomes = await together(3, work, { overwrite });

    const refused = outcomes.filter(({ error }) => error !== undefined);
    expect(refused.map(({ error }) => error?.code)).toEqual(overwrite ? [] : ['SYN_FILE_WRITE', 'SYN_FILE_WRITE']);
    expect(readdirSync(at('place'))).toEqual(['out']);
    expect(readdirSync(at('place/out'))).toHaveLength(300);
    const contents = readdirSync(at('place/out')).map((name) => readFileSync(at('place/out', name), 'utf8'));
    expect(new Set(contents).size).toBe(1);
  });

  describe('by downloading it', () => {
    let server: Server;
    const bytes = randomBytes(2_000_000);

    beforeEach(async () => {
      server = createServer((_request, response) => {
        response.writeHead(200, { etag: '"v1"', 'content-length': bytes.length });
        // In two halves: every process has a part on the disk while the others begin.
        response.write(bytes.subarray(0, 1_000_000), () => setImmediate(() => response.end(bytes.subarray(1_000_000))));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    afterEach(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it('leave one file that is whole', async () => {
      mkdirSync(at('out'));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.bin`;
      const work = `({ folder, url }) => downloadFile(url, folder + '/out', { privateAddresses: true })`;
      const outcomes = await together(4, work, { url });

      expect(new Set(outcomes.map(({ value }) => value)).size).toBe(1);
      const names = readdirSync(at('out'));
      expect(names).toHaveLength(1);
      expect(digest(readFileSync(at('out', names[0] ?? '')))).toBe(digest(bytes));
    });
  });
});
