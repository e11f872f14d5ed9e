import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { OWNER_WORDS } from '../places/owner-words.js';
import { downloadFile, type DownloaderOptions, type DownloadOptions } from './downloader.js';
import { FileServer, serveBytes } from './file-server.fixture.js';

const bytes = randomBytes(1_000_000);
const QUICK: DownloaderOptions = { privateAddresses: true, initialDelayMs: 1 };

let folder: string;
let server: FileServer;
const files = (): string[] => readdirSync(folder);
const fetchFile = (path = '/a.bin', options: DownloadOptions & DownloaderOptions = {}): Promise<string> =>
  downloadFile(server.base + path, folder, { ...QUICK, ...options });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-download-'));
  server = await new FileServer().start();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Sends the first bytes and breaks the connection, so often; then answers as a careful server. */
function breakAfter(count: number, times = 1, etag = '"v1"'): void {
  let left = times;
  server.handler = (request, response) => {
    if (left-- <= 0) return serveBytes(bytes, etag)(request, response);
    const start = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
    const head = {
      etag,
      'content-length': bytes.length - start,
      'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
    };
    response.writeHead(start > 0 ? 206 : 200, head);
    response.write(bytes.subarray(start, start + count), () => response.socket?.destroySoon());
  };
}

describe('downloading', () => {
  it('goes on where the connection broke', async () => {
    breakAfter(300_000, 2);
    const path = await fetchFile();

    expect(readFileSync(path).equals(bytes)).toBe(true);
    const [first, ...others] = server.requests.map(({ headers }) => headers);
    expect(first?.range).toBeUndefined();
    expect(others.map((headers) => headers['if-range'])).toEqual(['"v1"', '"v1"']);
    // What was on its way to the disk when the connection broke comes again.
    const starts = others.map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]));
    expect(starts.map((start) => start > 0 && start <= 600_000)).toEqual([true, true]);
    expect(files()).toHaveLength(1);
  });

  it('B-27: begins anew where the file on the server has changed', async () => {
    let calls = 0;
    server.handler = (request, response) => {
      calls += 1;
      if (calls > 1) return serveBytes(Buffer.from('new version'), '"v2"')(request, response);
      response.writeHead(200, { etag: '"v1"', 'content-length': 100 });
      response.write('old', () => response.socket?.destroySoon());
    };

    expect(readFileSync(await fetchFile(), 'utf8')).toBe('new version');
    expect(files()).toHaveLength(1);
  });

  it('B-15: leaves nothing of a download that failed, and asks again the next time', async () => {
    breakAfter(5, 1000, '');
    server.handler = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('short', () => response.socket?.destroySoon());
    };
    await expect(fetchFile('/a', { maxAttempts: 2 })).rejects.toMatchObject({ code: 'SYN_DOWNLOAD_INCOMPLETE' });
    expect(files()).toEqual([]);
    expect(server.requests).toHaveLength(2);

    server.handler = serveBytes(bytes);
    expect(readFileSync(await fetchFile('/a')).equals(bytes)).toBe(true);
  });

  it('keeps what came, if asked, for the next call to go on from', async () => {
    breakAfter(400_000, 1);
    const fails = fetchFile('/a', { maxAttempts: 1, keepsPartial: true });
    await expect(fails).rejects.toMatchObject({ retryable: true });
    expect(files().every((name) => name.startsWith('.'))).toBe(true);

    expect(readFileSync(await fetchFile('/a')).equals(bytes)).toBe(true);
    expect(server.requests.at(-1)?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(files()).toHaveLength(1);
  });

  it('goes on from what a process that died has left, and leaves that of a living one alone', async () => {
    breakAfter(400_000, 1);
    await expect(fetchFile('/a', { maxAttempts: 1, keepsPartial: true })).rejects.toThrow();
    const [free = ''] = files().filter((name) => name.endsWith('.part'));
    const key = free.split('.')[1] ?? '';
    // No process has a number this high; this one is alive.
    for (const owner of [OWNER_WORDS.replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`), OWNER_WORDS]) {
      writeFileSync(join(folder, `.${key}.${owner}.abc.part`), bytes.subarray(0, 7));
      writeFileSync(join(folder, `.${key}.${owner}.abc.part.json`), '{"validator":"\\"v1\\""}');
    }
    for (const name of [free, `${free}.json`]) rmSync(join(folder, name));

    expect(readFileSync(await fetchFile('/a')).equals(bytes)).toBe(true);
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=7-');
    expect(files().filter((name) => name.startsWith('.'))).toHaveLength(2);
  });

  it('goes on from what a process elsewhere has left, once nobody has touched it for a day', async () => {
    breakAfter(400_000, 1);
    await expect(fetchFile('/a', { maxAttempts: 1, keepsPartial: true })).rejects.toThrow();
    const [free = ''] = files().filter((name) => name.endsWith('.part'));
    const parts = ['abc', 'def'].map((word) => free.replace('free', `${'0'.repeat(16)}-1-0.${word}`));
    for (const [index, part] of parts.entries()) {
      writeFileSync(join(folder, part), bytes.subarray(0, 7));
      writeFileSync(join(folder, `${part}.json`), '{"validator":"\\"v1\\""}');
      const touchedAt = Date.now() / 1000 + (index === 0 ? 0 : 2 * 3600);
      utimesSync(join(folder, part), touchedAt, touchedAt);
    }
    const tomorrow = Date.now() + 25 * 3_600_000; // nobody can give a file an old time of change
    jest.spyOn(Date, 'now').mockReturnValue(tomorrow);
    for (const name of [free, `${free}.json`]) rmSync(join(folder, name));
    await fetchFile('/a');

    expect(server.requests.at(-1)?.headers.range).toBe('bytes=7-');
    expect(files().filter((name) => name.endsWith('.part'))).toEqual([parts[1]]);
  });

  it('removes what a process has left that was killed between the renames of a part and of what is known of it', async () => {
    breakAfter(400_000, 1);
    await expect(fetchFile('/a', { maxAttempts: 1, keepsPartial: true })).rejects.toThrow();
    const [free = ''] = files().filter((name) => name.endsWith('.part'));
    const dead = OWNER_WORDS.replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`); // no process has a number this high
    const [left, living] = [dead, OWNER_WORDS].map((owner) => `${free.replace('free', `${owner}.abc`)}.json`);
    renameSync(join(folder, `${free}.json`), join(folder, left ?? ''));
    writeFileSync(join(folder, living ?? ''), '{"validator":"\\"v1\\""}');
    await fetchFile('/a');

    expect(files().filter((name) => name.startsWith('.'))).toEqual([living]);
  });

  it('takes what is whole already, when the server says 416', async () => {
    server.handler = (request, response) => {
      if (request.headers.range === `bytes=${bytes.length}-`)
        return void response.writeHead(416, { etag: '"v1"', 'content-range': `bytes */${bytes.length}` }).end();
      response.writeHead(200, { etag: '"v1"', 'transfer-encoding': 'chunked' });
      response.write(bytes, () => response.socket?.destroySoon());
    };

    expect(readFileSync(await fetchFile()).equals(bytes)).toBe(true);
  });

  it('begins anew where more was kept than the server has now, which says 416', async () => {
    breakAfter(400_000, 1);
    await expect(fetchFile('/a', { maxAttempts: 1, keepsPartial: true })).rejects.toMatchObject({ retryable: true });
    const shorter = bytes.subarray(0, 1000);
    server.handler = (request, response) => {
      if (request.headers.range === undefined) return serveBytes(shorter, '"v2"')(request, response);
      response.writeHead(416, { etag: '"v2"', 'content-range': 'bytes */1000' }).end();
    };

    expect(readFileSync(await fetchFile('/a')).equals(shorter)).toBe(true);
    expect(server.requests.slice(1).map(({ headers }) => headers.range?.replace(/\d+/, 'N'))).toEqual([
      'bytes=N-',
      undefined,
    ]);
    expect(files()).toHaveLength(1);
  });

  it.each([
    ['a length that is too small', { 'content-length': '4' }],
    ['a length that is too large', { 'content-length': '40' }],
  ])('does not believe a server that names %s', async (_case, headers) => {
    server.handler = (_request, response) => {
      response.socket?.end(
        `HTTP/1.1 200 OK\r\n${Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('')}connection: close\r\n\r\n0123456789`,
      );
    };
    const work = fetchFile('/a', { maxAttempts: 1, expectedBytes: 10 });

    await expect(work).rejects.toMatchObject({ code: 'SYN_DOWNLOAD_INCOMPLETE' });
    expect(files()).toEqual([]);
  });

  it('checks the digest, and leaves nothing of what does not have it', async () => {
    server.handler = serveBytes(bytes);
    const value = createHash('sha256').update(bytes).digest('hex').toUpperCase();
    await fetchFile('/right', { digest: { algorithm: 'sha256', value } });

    const wrong = fetchFile('/wrong', { digest: { algorithm: 'sha256', value: '00' }, keepsPartial: true });
    await expect(wrong).rejects.toMatchObject({ code: 'SYN_CHECKSUM_MISMATCH' });
    expect(files()).toHaveLength(1);
  });

  it.each([
    [
      'says how many there are',
      (): void => {
        server.handler = serveBytes(bytes);
      },
    ],
    [
      'does not',
      (): void => {
        server.handler = (_request, response) =>
          void response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(bytes);
      },
    ],
    [
      'packs them',
      (): void => {
        server.handler = (_request, response) =>
          void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000)));
      },
    ],
  ])('takes no more bytes than allowed from a server that %s', async (_case, prepare) => {
    prepare();
    await expect(fetchFile('/a', { maxBytes: 999_999 })).rejects.toMatchObject({ code: 'SYN_DOWNLOAD_LIMIT' });
    expect(files()).toEqual([]);
  });

  it('knows a file by another key, where the URL is another one each time', async () => {
    server.handler = serveBytes(bytes);
    const paths = await Promise.all(
      ['1', '2'].map((signature) => fetchFile(`/a.png?signature=${signature}`, { cacheKey: `${server.base}/a.png` })),
    );
    await fetchFile('/a.png?signature=3', { cacheKey: `${server.base}/a.png` });

    expect(new Set(paths).size).toBe(1);
    expect(server.paths).not.toContain('/a.png?signature=3');
  });

  it('gives up a server that never begins to answer', async () => {
    server.handler = () => undefined;
    const work = fetchFile('/a', { idleTimeoutMs: 50, maxAttempts: 1 });

    await expect(work).rejects.toMatchObject({ code: 'SYN_CLIENT_TIMEOUT', retryable: true });
    expect(files()).toEqual([]);
  });

  it('B-36: gives up a server that says nothing, and has no limit for one that goes on', async () => {
    server.handler = (_request, response) => void response.writeHead(200, { 'content-length': 100 }).write('some');
    const work = fetchFile('/a', { idleTimeoutMs: 50, maxAttempts: 2 });

    await expect(work).rejects.toMatchObject({ code: 'SYN_CLIENT_TIMEOUT' });
    expect(server.requests).toHaveLength(2);
  });

  it('B-41: has on the disk what came before the server fell silent', async () => {
    server.handler = (_request, response) =>
      void response.writeHead(200, { etag: '"v1"', 'content-length': 60_000_000 }).write('12345');
    const parts = (): string[] => files().filter((name) => name.endsWith('.part'));
    // On a busy machine, the server may seem to be silent before its answer has come.
    while (parts().length === 0) {
      const work = fetchFile('/a', { idleTimeoutMs: 50, maxAttempts: 1, keepsPartial: true });
      await expect(work).rejects.toMatchObject({ code: 'SYN_CLIENT_TIMEOUT' });
    }
    const [part = ''] = parts();
    expect(readFileSync(join(folder, part), 'utf8')).toBe('12345');
  });

  it.each([[429], [503]])('asks again after %i, when the server says so', async (status) => {
    let calls = 0;
    server.handler = (request, response) => {
      calls += 1;
      if (calls > 2) return serveBytes(bytes)(request, response);
      response.writeHead(status, { 'retry-after': calls === 1 ? '0' : new Date().toUTCString() }).end();
    };

    expect(readFileSync(await fetchFile('/a', { initialDelayMs: 1e6 })).equals(bytes)).toBe(true);
    expect(calls).toBe(3);
  });

  it('does not ask again where the server wants a longer pause than allowed, or the answer would be the same', async () => {
    server.handler = (_request, response) => void response.writeHead(503, { 'retry-after': '3600' }).end();
    await expect(fetchFile('/a')).rejects.toMatchObject({ code: 'SYN_HTTP_SERVER' });
    server.handler = (_request, response) => void response.writeHead(404).end();
    await expect(fetchFile('/a')).rejects.toMatchObject({ code: 'SYN_HTTP_NOT_FOUND' });

    expect(server.requests).toHaveLength(2);
  });

  it('tells how far it is, and ends when it is told to', async () => {
    const abort = new AbortController();
    const steps: (number | undefined)[][] = [];
    server.handler = (_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1000));
    };
    const onProgress = (...step: (number | undefined)[]): void => {
      steps.push(step);
      abort.abort(new Error('enough'));
    };

    await expect(fetchFile('/a', { onProgress, signal: abort.signal })).rejects.toThrow('enough');
    expect(steps).toEqual([[1000, bytes.length]]);
    expect(files()).toEqual([]);
  });
});
