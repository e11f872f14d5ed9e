import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { childOutcome } from '../../../../../test/run-in-child.js';
import { S3Storage } from './s3-storage.js';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const failure =
  (status: number, code: string, headers: Record<string, string> = {}): Answer =>
  (response, { method }) => {
    response.writeHead(status, { 'content-type': 'application/xml', ...headers });
    response.end(method === 'HEAD' ? '' : `<Error><Code>${code}</Code><Message>no</Message></Error>`);
  };
/** Bytes 0 to 9 from where they are asked for, of which `count` come. */
const digits =
  (count: number, { etag = '"v1"', isHeld = false } = {}): Answer =>
  (response, { headers }) => {
    const start = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    const range = { 'content-length': 10 - start, 'content-range': `bytes ${start}-9/10`, etag };
    response.writeHead(headers.range === undefined ? 200 : 206, range);
    response.write('0123456789'.slice(start, start + count));
    if (start + count >= 10) response.end();
    else if (!isHeld) setImmediate(() => response.destroy());
  };

/** Long enough for a request of a test on a busy machine, short enough to wait for. */
class ImpatientStorage extends S3Storage {
  protected override readonly idleTimeoutMs = 500;
}

describe(S3Storage, () => {
  let server: Server;
  let storage: S3Storage;
  let impatient: S3Storage;
  const answers: Answer[] = [];
  const seen: string[] = [];

  beforeEach(async () => {
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.headers.range ?? ''}`.trim());
      (answers.shift() ?? failure(500, 'InternalError'))(response, request);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const keys = { access_key: 'AKIA-hunter2', secret_key: 'hunter2' };
    const config = { bucket_name: 'b', ...keys, region_name: '', endpoint_url };
    storage = new S3Storage(config);
    impatient = new ImpatientStorage(config);
  });
  afterEach(async () => {
    await storage.close();
    await impatient.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    answers.length = 0;
    seen.length = 0;
  });

  it('asks again where the service is busy, when it wants to be asked', async () => {
    answers.push(failure(503, 'SlowDown', { 'retry-after': '0' }), failure(429, 'TooMany'), digits(10));

    await expect(storage.getPath('k').readText()).resolves.toBe('0123456789');
    expect(seen).toHaveLength(3);
  });

  it('gives up where the service stays busy, or wants too much patience', async () => {
    answers.push(failure(503, 'SlowDown'), failure(503, 'SlowDown'));
    await expect(storage.stat('k', { retries: 1 })).rejects.toMatchObject({ code: 'SYN_STORAGE_CONNECTION' });
    answers.push(failure(503, 'SlowDown', { 'retry-after': '3600' }));
    await expect(storage.stat('k')).rejects.toMatchObject({ code: 'SYN_STORAGE_CONNECTION', retryable: true });

    expect(seen).toHaveLength(3);
  });

  it.each(['AccessDenied', 'SignatureDoesNotMatch', 'InvalidAccessKeyId'])(
    'B-28: says of %s that it is refused, once, and shows no key',
    async (code) => {
      answers.push(failure(403, code));
      const thrown: unknown = await storage
        .list()
        .next()
        .catch((error: unknown) => error);

      expect(thrown).toMatchObject({ code: 'SYN_STORAGE_PERMISSION', retryable: false });
      expect(JSON.stringify(thrown)).not.toContain('hunter2');
      expect(seen).toHaveLength(1);
    },
  );

  it('asks for the rest where the service falls silent', async () => {
    answers.push(digits(4, { isHeld: true }), digits(3, { isHeld: true }), digits(10));

    await expect(impatient.getPath('k').readText()).resolves.toBe('0123456789');
    expect(seen).toEqual(['GET', 'GET bytes=4-', 'GET bytes=7-']);
  });

  it('does not put two versions together', async () => {
    answers.push(digits(4, { isHeld: true }), digits(10, { etag: '"v2"' }));

    await expect(impatient.getPath('k').readText()).rejects.toMatchObject({
      code: 'SYN_STORAGE_DOWNLOAD',
      message: expect.stringContaining('changed') as string,
    });
  });

  it.each([
    ['takes an upload for ended', `"${createHash('md5').update(Buffer.alloc(32, 0xaa)).digest('hex')}-2"`, undefined],
    ['does not take another object for the one', '"0123456789abcdef0123456789abcdef-2"', 'SYN_STORAGE_UPLOAD'],
  ])('%s where the answer to its end was lost', async (_case, etag, code) => {
    const xml = (root: string, body = ''): string => `<${root}>${body}</${root}>`;
    const part: Answer = (response, request) => {
      request.resume().on('end', () => response.writeHead(200, { etag: `"${'aa'.repeat(16)}"` }).end());
    };
    answers.push(
      (response) => response.end(xml('InitiateMultipartUploadResult', '<UploadId>u1</UploadId>')),
      part,
      part,
      failure(503, 'SlowDown', { 'retry-after': '0' }), // it was ended, and said so too late
      failure(404, 'NoSuchUpload'),
      (response) => response.writeHead(200, { etag }).end(),
      (response) => response.writeHead(204).end(),
    );
    const body = [Buffer.alloc(5 * 1024 * 1024), Buffer.alloc(1)];
    const failed = await storage.write('k', body).then(
      () => undefined,
      (thrown: { code: string }) => thrown.code,
    );

    expect(failed).toBe(code);
    expect(seen.slice(0, 6)).toEqual(['POST', 'PUT', 'PUT', 'POST', 'POST', 'HEAD']);
  });

  it('says which packages to install', async () => {
    const { error } = await childOutcome(
      `import { registerHooks } from 'node:module';
      import { S3Storage } from 'nest-synapse';
      registerHooks({
        resolve: (specifier, context, next) => {
          if (specifier.startsWith('@aws-sdk/')) throw Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' });
          return next(specifier, context);
        },
      });
      export default () => new S3Storage({ bucket_name: 'b', access_key: 'a', secret_key: 's' }).exists('k');`,
    );

    expect(error).toMatchObject({
      code: 'SYN_STORAGE_PACKAGE_MISSING',
      message: expect.stringContaining('npm install @aws-sdk/client-s3 @aws-sdk/lib-storage') as string,
    });
  }, 60_000);
});
