import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { S3Storage } from '../../../src/index.js';
import { failureOf } from '../../../src/interfaces/testing/storage-contract/storage-subject.js';
import { allOf } from '../../all-of.js';
import { listen, portOf } from './servers/server-process.js';
import { UploadFolder } from './upload-folder.js';

jest.setTimeout(60_000); // guards against a hang only

/** Two parts. */
const BYTES = Buffer.alloc(9 * 1024 * 1024, 'part');
const SILENT = { code: 'SYN_STORAGE_CONNECTION', retryable: true };
const ANSWERS: Readonly<Record<string, string>> = {
  'POST uploads': '<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>',
  'POST uploadId': '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>',
  'GET list-type':
    '<ListBucketResult><KeyCount>1</KeyCount><Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>',
  'POST delete': '<DeleteResult></DeleteResult>',
  PUT: '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>',
};

describe('S3Storage with a service that falls silent', () => {
  let server: Server;
  let folder: UploadFolder;
  let storage: S3Storage;
  /** `PUT partNumber`: method and first word of the query, in order. */
  const calls: string[] = [];
  /** Calls that nobody reads or answers, each once. */
  const held: string[] = [];

  beforeEach(async () => {
    server = createServer(answer);
    await listen(server);
    folder = new UploadFolder(BYTES);
    const keys = { access_key: 'key', secret_key: 'secret', region_name: '' };
    const endpoint_url = `http://127.0.0.1:${portOf(server)}`;
    storage = new S3Storage({ ...keys, bucket_name: 'b', endpoint_url, timeout: 0.2 });
  });
  afterEach(async () => {
    await storage.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    for (const list of [calls, held]) list.length = 0;
    folder.remove();
  });

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request;
    const words = [...new URL(url, 'http://s3').searchParams.keys()].filter((word) => word !== 'x-id');
    const known = words.find((word) => ['uploads', 'uploadId', 'partNumber', 'list-type', 'delete'].includes(word));
    const call =
      method === 'PUT' && words.includes('partNumber') ? 'PUT partNumber' : `${method} ${known ?? ''}`.trim();
    calls.push(call);
    const index = held.indexOf(call);
    if (index >= 0) return void held.splice(index, 1);
    request.resume().on('end', () => {
      response.writeHead(method === 'DELETE' ? 204 : 200, { etag: '"e"', 'content-type': 'application/xml' });
      response.end(method === 'HEAD' ? undefined : ANSWERS[call]);
    });
  }

  it.each([
    ['a part of a file, of which nobody takes the bytes,', 'PUT partNumber', () => storage.upload(folder.source, 'a')],
    ['the beginning of an upload', 'POST uploads', () => storage.upload(folder.source, 'a')],
    ['the end of an upload', 'POST uploadId', () => storage.upload(folder.source, 'a')],
    ['a part of a stream', 'PUT partNumber', () => storage.write('a', [BYTES])],
    ['what is known of a file', 'HEAD', () => storage.stat('a')],
    ['a list', 'GET list-type', () => allOf(storage.list('a/b'))],
    ['a removal', 'DELETE', () => storage.delete('a')],
    ['the removal of a folder', 'POST delete', () => storage.deletePrefix('folder')],
    ['a copy', 'PUT', () => storage.copy('a', 'c')],
  ])('asks again for %s where that is not answered', async (_case, call, work) => {
    held.push(call);
    await work();

    expect(held).toEqual([]);
    expect(calls.filter((made) => made === call).length).toBeGreaterThan(1);
  });

  it.each([
    ['PUT', () => storage.write('a', 'x', { retries: 0 })],
    ['PUT partNumber', () => storage.upload(folder.source, 'a', { retries: 0 })],
    ['HEAD', () => storage.stat('a', { retries: 0 })],
    ['GET list-type', () => allOf(storage.list('a/b', { retries: 0 }))],
    ['HEAD', () => storage.delete('a', { retries: 0 })],
  ])('gives up where %s stays without an answer, and says so', async (call, work) => {
    held.push(call, call);

    expect(await failureOf(work())).toMatchObject(SILENT);
  });
});
