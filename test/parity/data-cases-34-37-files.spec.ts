import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  convertFileToBase64,
  downloadFile,
  filesUrlToPath,
  filesUrlToPathFromObjs,
  getDictFromFile,
  getTempPath,
  readFileInChunks,
  readRequirements,
} from '../../src/index.js';
import { FileServer } from '../../src/resources/files/downloads/file-server.fixture.js';

const expectedOf = <T>(file: string): T =>
  (JSON.parse(readFileSync(join(__dirname, 'data-cases/cases', file), 'utf8')) as { expected: T }).expected;

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-case34-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface FileIo {
  readonly base64_of_hi: readonly { name: string; result?: string }[];
  readonly dict_files: readonly { name: string; text: string; result?: unknown }[];
  readonly temp_paths: readonly { arg: string | null; result: string }[];
  readonly chunks_of_4: readonly string[];
  readonly requirements: readonly { text: string; result: readonly string[] | null }[];
}

describe('data case 34: files', () => {
  const expected = expectedOf<FileIo>('34-file-io.json');

  it.each(expected.base64_of_hi)('base64 of $name', async ({ name, result }) => {
    writeFileSync(at(name), 'hi');
    const work = convertFileToBase64(at(name));

    if (result === undefined) await expect(work).rejects.toMatchObject({ code: 'SYN_FILE_INVALID' });
    else expect(await work).toBe(result);
  });

  // The original takes a.YML for JSON: here the case of a suffix does not matter, as it does not for a.PNG.
  it.each(expected.dict_files)('the dictionary in $name', async ({ name, text, result }) => {
    writeFileSync(at(name), text);

    expect(await getDictFromFile(at(name))).toEqual(name === 'a.YML' ? { a: 1 } : result);
  });

  it.each(expected.temp_paths)('the temporary path $arg', ({ arg, result }) => {
    const before = process.env['SYNAPSE_TEMP_DIR'];
    process.env['SYNAPSE_TEMP_DIR'] = folder;
    try {
      const path = (): string => getTempPath(arg ?? undefined);
      // B-16: what leads out of the folder is refused.
      if (arg === '/etc' || arg === '../x') expect(path).toThrow(expect.objectContaining({ code: 'SYN_PATH_ESCAPE' }));
      else expect(path()).toBe(result.replace('/tmp/datamaker', folder));
    } finally {
      if (before === undefined) delete process.env['SYNAPSE_TEMP_DIR'];
      else process.env['SYNAPSE_TEMP_DIR'] = before;
    }
  });

  it('a data URI, pieces and requirements', async () => {
    expect(await convertFileToBase64('data:x')).toBe('data:x');
    writeFileSync(at('hello'), 'hello world');
    const pieces: string[] = [];
    for await (const piece of readFileInChunks(at('hello'), 4)) pieces.push(piece.toString());
    expect(pieces).toEqual(expected.chunks_of_4);
    for (const { text, result } of expected.requirements) {
      writeFileSync(at('requirements.txt'), text);
      expect(readRequirements(at('requirements.txt'))).toEqual(result);
    }
    expect(readRequirements(at('none.txt'))).toBeNull();
  });
});

interface DownloadRow {
  readonly label?: string;
  readonly url?: string;
  readonly args?: { readonly name?: string; readonly use_cached?: boolean };
  readonly file_name?: string;
  readonly content?: string;
  readonly requests?: readonly string[];
}

describe('data case 35: names of downloads, and their cache', () => {
  const { rows } = expectedOf<{ rows: readonly DownloadRow[] }>('35-download-names-and-cache.json');
  let server: FileServer;

  beforeEach(async () => {
    server = await new FileServer().start();
    server.handler = (request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/redir/')) response.writeHead(302, { location: '/final.bin' }).end();
      else if (path.startsWith('/404')) response.writeHead(404).end();
      else if (path.startsWith('/gz')) response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('plain text'));
      else response.end(`body:${path}`);
    };
  });
  afterEach(() => server.stop());

  it('are those of the original, row by row, but for B-15 and B-16', async () => {
    for (const { url = '', args = {}, file_name: fileName, content, requests } of rows.filter((row) => row.url)) {
      server.requests.length = 0;
      const address = url.replace('<BASE>', server.base);
      const options = { name: args.name, useCached: args.use_cached, privateAddresses: true };
      const path = await downloadFile(address, folder, options).catch((error: unknown) => error);
      if (args.name === '../esc') expect(path).toMatchObject({ code: 'SYN_PATH_ESCAPE' });
      else if (fileName === undefined) expect(path).toMatchObject({ code: 'SYN_HTTP_NOT_FOUND' });
      else {
        const query = /\?sig=\d/.exec(url)?.[0] ?? '';
        const key = createHash('md5').update(address.split('#')[0] ?? '').digest('hex');
        expect(basename(String(path))).toBe(fileName.replace(/^<MD5.*>/, key));
        expect(dirname(String(path))).toBe(folder);
        expect(readFileSync(String(path), 'utf8')).toBe(content + query);
        expect(server.paths).toEqual(query === '' ? requests : [`/a/b.jpg${query}`]);
      }
    }
  });

  it('fail without a folder and without a URL', async () => {
    const options = { privateAddresses: true };
    await expect(downloadFile(`${server.base}/a`, at('nodir'), options)).rejects.toMatchObject({ code: 'SYN_FILE_NOT_FOUND' });
    await expect(downloadFile('/local/file.png', folder)).rejects.toMatchObject({ code: 'SYN_DOWNLOAD_REFUSED' });
  });

  it('data case 36: nothing of a download that was cut off is there, and it is asked for again (B-15)', async () => {
    server.handler = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('short', () => response.socket?.destroySoon());
    };
    const options = { privateAddresses: true, maxAttempts: 1 };
    for (const asked of [1, 2]) {
      await expect(downloadFile(`${server.base}/a`, folder, options)).rejects.toMatchObject({ retryable: true });
      expect(readdirSync(folder)).toEqual([]);
      expect(server.requests).toHaveLength(asked);
    }
  });
});

interface LocalRow {
  readonly label: string;
  readonly args: string;
  readonly before: object;
  readonly after: object;
}

/** Rows in which the original crashes, or leaves a URL where a path was asked for: what is no file stays, every URL becomes a path. */
const REPAIRED: Readonly<Record<string, object>> = {
  'dotted string field is silently ignored': { d: { file: '<MEDIA>/<MD5>.png' } },
  'async string field fails': { file: '<MEDIA>/<MD5>.png' },
  'second of three fails: url key already removed': {
    a: '<BASE>/4.png',
    b: { url: '<BASE>/404.png' },
    c: '<BASE>/5.png',
  },
};

describe('data case 37: URLs in objects become paths', () => {
  const { rows } = expectedOf<{ rows: readonly LocalRow[] }>('37-files-url-to-path.json');
  let server: FileServer;

  beforeEach(async () => {
    server = await new FileServer().start();
    server.handler = (request, response) => void response.writeHead(request.url === '/404.png' ? 404 : 200).end('x');
    mkdirSync(at('media'));
  });
  afterEach(() => server.stop());

  it.each(rows)('$label', async ({ label, args, before, after }) => {
    const input = JSON.parse(JSON.stringify(before).replaceAll('<BASE>', server.base)) as object;
    const options = { folder: at('media'), privateAddresses: true, fileField: args.includes("file_field='f'") ? 'f' : undefined };
    const fields = /\[(.*?)\]/.exec(args)?.[1]?.replaceAll("'", '').split(',') ?? [];
    const work = args.startsWith('from_objs')
      ? filesUrlToPathFromObjs([input].flat(), fields, options).then((all) => (Array.isArray(input) ? all : all[0]))
      : filesUrlToPath(input, options);
    const result: unknown = await work.catch(() => input); // a failure leaves the input as it was

    const shown = JSON.stringify(result)
      .replaceAll(server.base, '<BASE>')
      .replace(new RegExp(`${at('media')}/[0-9a-f]{32}`, 'g'), '<MEDIA>/<MD5>');
    expect(JSON.parse(shown)).toEqual(REPAIRED[label] ?? after);
    // A URL that stands there three times is fetched once.
    expect(new Set(server.paths).size).toBe(server.paths.length);
  });
});
