import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf, patternOf } from '../../../src/interfaces/testing/storage-contract/storage-subject.js';
import { HTTPStorage } from '../../../src/resources/storage/providers/http/http-storage.js';
import { UploadServer } from './servers/upload-server.js';

jest.setTimeout(60_000);

const BYTES = patternOf(3 * 1024 * 1024);
const SECRET = 'a-very-secret-key';

describe('HTTPStorage at a server that', () => {
  let server: UploadServer;
  let other: UploadServer;
  let folder: string;
  let storage: HTTPStorage;
  beforeAll(async () => {
    server = await new UploadServer().start();
    other = await new UploadServer().start();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-faults-'));
    writeFileSync(join(folder, 'source'), BYTES);
    storage = storageAt(server.base);
  });
  afterEach(async () => {
    await storage.close();
    for (const each of [server, other]) each.reset();
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await server.stop();
    await other.stop();
  });

  const storageAt = (base: string, timeout = 5): HTTPStorage =>
    new HTTPStorage({ base_url: `${base}/up/`, timeout, headers: { 'X-Key': SECRET }, upload_mode: 'form' });
  const upload = (options = {}): Promise<string> => storage.upload(join(folder, 'source'), 'a.bin', options);
  const download = (options = {}): Promise<void> => storage.download('a.bin', join(folder, 'target'), options);
  const downloaded = (): Buffer => readFileSync(join(folder, 'target'));
  /** Has the first `times` requests of a method answered by `answer`. */
  const interfere = (
    method: string,
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    times = 1,
  ): void => {
    server.requests.length = 0;
    let left = times;
    server.interfere = (request, response) => {
      if (request.method !== method || left-- <= 0) return false;
      answer(request, response);
      return true;
    };
  };
  /** First bytes that were asked for. */
  const rangesAsked = (): number[] =>
    server.requests
      .filter(({ method }) => method === 'GET')
      .map(({ headers }) => Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0));
  const answerWith =
    (status: number, headers: Record<string, string> = {}) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      request.resume();
      response.writeHead(status, headers).end();
    };
  const half = (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-length': BYTES.length });
    response.write(BYTES.subarray(0, BYTES.length / 2), () => response.destroy());
  };

  it('says nothing is given up, and asked no more often than was said', async () => {
    storage = storageAt(server.base, 0.2);
    interfere('HEAD', () => undefined, Infinity);
    const failure = await failureOf(storage.exists('a.bin', { retries: 1 }));

    expect(failure).toMatchObject({ code: 'SYN_STORAGE_CONNECTION', retryable: true });
    expect(server.calls).toEqual(['HEAD /up/a.bin', 'HEAD /up/a.bin']);
  });

  it('takes no more of an upload is given up', async () => {
    storage = storageAt(server.base, 0.3);
    writeFileSync(join(folder, 'source'), Buffer.alloc(64 * 1024 * 1024));
    interfere('PUT', (request) => request.pause(), Infinity);

    expect(await failureOf(upload({ retries: 0 }))).toMatchObject({ code: 'SYN_STORAGE_CONNECTION' });
  });

  it('cuts, then stalls in the middle of a file is asked for the rest of it', async () => {
    storage = storageAt(server.base, 0.4);
    await upload();
    let tries = 0;
    interfere(
      'GET',
      ({ headers }, response) => {
        const start = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0);
        const isFirst = ++tries === 1;
        response.writeHead(isFirst ? 200 : 206, {
          etag: server.etagOf('/up/a.bin'),
          'content-length': BYTES.length - start,
          ...(!isFirst && { 'content-range': `bytes ${start}-${BYTES.length - 1}/${BYTES.length}` }),
        });
        response.write(BYTES.subarray(start, start + 1_000_000), () => isFirst && response.destroy());
      },
      2,
    );
    await download();

    expect(downloaded().equals(BYTES)).toBe(true);
    expect(rangesAsked()).toEqual([0, expect.any(Number), expect.any(Number)]);
    expect(rangesAsked()[1]).toBeGreaterThan(0);
    expect(rangesAsked()[2]).toBe((rangesAsked()[1] ?? 0) + 1_000_000);
  });

  it('always cuts leaves nothing at the target', async () => {
    await upload();
    interfere('GET', half, Infinity);

    expect(await failureOf(download({ retries: 0 }))).toMatchObject({ code: 'SYN_STORAGE_CONNECTION' });
    expect(readdirSync(folder)).toEqual(['source']);
  });

  it('has cut is gone on with by the next download, where it was', async () => {
    await upload();
    const etag = server.etagOf('/up/a.bin');
    interfere('GET', (_request, response) => {
      response.writeHead(200, { 'content-length': BYTES.length, etag });
      response.write(BYTES.subarray(0, 1_000_000), () => response.destroy());
    });
    expect(await failureOf(download({ retries: 0, keepsPartial: true }))).toMatchObject({ retryable: true });
    await download();

    expect(downloaded().equals(BYTES)).toBe(true);
    expect(rangesAsked().at(-1)).toBeGreaterThan(0);
    expect(server.requests.at(-1)?.headers['if-range']).toBe(etag);
  });

  it('promises more bytes than it has is not believed', async () => {
    await upload();
    interfere(
      'GET',
      (_request, response) => {
        response.writeHead(200, { 'content-length': BYTES.length + 10, connection: 'close' });
        response.end(BYTES);
      },
      Infinity,
    );

    expect(await failureOf(download({ retries: 1 }))).toMatchObject({ code: expect.stringContaining('SYN_STORAGE_') });
    expect(readdirSync(folder)).toEqual(['source']);
  });

  it('sends another range than was asked for is not believed', async () => {
    await upload();
    interfere('GET', (_request, response) => {
      response.writeHead(206, { 'content-range': `bytes 0-9/${BYTES.length}` }).end(BYTES.subarray(0, 10));
    });

    expect(await failureOf(storage.getPath('a.bin').readBytes({ start: 5, end: 15 }))).toMatchObject({
      code: 'SYN_STORAGE_DOWNLOAD',
    });
  });

  it('knows no ranges gives the range all the same', async () => {
    await upload();
    interfere('GET', (_request, response) => response.end(BYTES));

    expect(await storage.getPath('a.bin').readBytes({ start: 5, end: 15 })).toEqual(BYTES.subarray(5, 15));
  });

  it('has another file after a cut is not read on', async () => {
    await upload();
    let tries = 0;
    interfere(
      'GET',
      (_request, response) => {
        const etag = `"version ${++tries}"`;
        response.writeHead(200, { 'content-length': BYTES.length, etag });
        response.write(BYTES.subarray(0, 500_000), () => response.destroy());
      },
      2,
    );

    expect(await failureOf(download())).toMatchObject({ code: 'SYN_STORAGE_DOWNLOAD' });
    expect(readdirSync(folder)).toEqual(['source']);
  });

  it('answers 416 to a range behind the end gives no bytes', async () => {
    await upload();

    expect(await storage.getPath('a.bin').readBytes({ start: BYTES.length + 5 })).toEqual(Buffer.alloc(0));
  });

  it('B-18: redirects to another host gets there without the secret headers', async () => {
    await storageAt(other.base).write('moved', 'from the other host');
    other.reset();
    interfere('GET', answerWith(302, { location: `${other.base}/up/moved` }));

    expect(await storage.getPath('a.bin').readText()).toBe('from the other host');
    expect(server.requests[0]?.headers['x-key']).toBe(SECRET);
    expect(other.requests.map(({ headers }) => headers['x-key'])).toEqual([undefined]);
  });

  it('B-18: redirects an upload sends neither the file nor the secret headers there', async () => {
    interfere('PUT', answerWith(307, { location: `${other.base}/up/a.bin` }), Infinity);

    expect(await failureOf(upload())).toMatchObject({ code: 'SYN_STORAGE_UPLOAD' });
    expect(other.requests).toEqual([]);
  });

  it('redirects in a circle is left', async () => {
    interfere('GET', answerWith(302, { location: '/up/b.bin' }), Infinity);

    expect(await failureOf(download())).toMatchObject({ code: 'SYN_STORAGE_FAILED' });
  });

  it('asks for patience gets as much of it as it asked for', async () => {
    const times: number[] = [];
    interfere('PUT', (request, response) => {
      times.push(performance.now());
      answerWith(429, { 'retry-after': '1' })(request, response);
    });
    await upload();
    times.push(performance.now());

    expect(server.calls).toEqual(['PUT /up/a.bin', 'PUT /up/a.bin']);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(990);
    expect(BYTES.equals(await storage.getPath('a.bin').readBytes())).toBe(true);
  });

  it('asks for an hour of patience is not waited for', async () => {
    interfere('PUT', answerWith(429, { 'retry-after': '3600' }), Infinity);

    expect(await failureOf(upload())).toMatchObject({ code: 'SYN_STORAGE_CONNECTION', retryAfterMs: 3_600_000 });
    expect(server.calls).toHaveLength(1);
  });

  it('is not ready twice is asked a third time', async () => {
    interfere('PUT', answerWith(503), 2);
    await upload();

    expect(server.calls).toHaveLength(3);
    expect(BYTES.equals(await storage.getPath('a.bin').readBytes())).toBe(true);
  });

  it('cuts an upload gets it again from its start', async () => {
    interfere('PUT', (request) => request.once('data', () => request.destroy()));
    await upload();

    expect(server.calls).toHaveLength(2);
    expect(BYTES.equals(await storage.getPath('a.bin').readBytes())).toBe(true);
  });

  it.each([
    [413, 'SYN_STORAGE_UPLOAD'],
    [500, 'SYN_STORAGE_UPLOAD'],
    [401, 'SYN_STORAGE_PERMISSION'],
    [403, 'SYN_STORAGE_PERMISSION'],
  ])('answers an upload with %i before it has read it is asked once', async (status, code) => {
    interfere('PUT', (_request, response) => response.writeHead(status).end(), Infinity);
    const failure = await failureOf(upload());

    expect(failure).toMatchObject({ code });
    expect(server.calls).toHaveLength(1);
    expect(JSON.stringify([failure, String(failure), (failure as Error).stack])).not.toContain(SECRET);
  });

  it('takes no PUT gets a POST of the same file, also of a stream', async () => {
    server.takesPut = false;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield BYTES.subarray(0, 2_000_000);
      yield BYTES.subarray(2_000_000);
    }
    await storage.write('stream.bin', pieces());

    expect(server.calls).toEqual(['PUT /up/stream.bin', 'POST /up/stream.bin']);
    expect(BYTES.equals(await storage.getPath('stream.bin').readBytes())).toBe(true);
  });

  it.each([
    ['has no address', 'http://no-such-host.invalid'],
    ['does not answer', 'http://127.0.0.1:1'],
  ])('%s cannot be reached, and that is said', async (_what, base) => {
    storage = storageAt(base);

    expect(await failureOf(storage.exists('a.bin', { retries: 0 }))).toMatchObject({
      code: 'SYN_STORAGE_CONNECTION',
      message: expect.stringContaining(base),
    });
  });
});
