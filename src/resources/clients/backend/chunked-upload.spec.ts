import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendServer } from '../recording/backend-server.js';

let server: BackendServer;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'client-'));
  server = await new BackendServer().start();
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const fileOf = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

describe('a file in pieces', () => {
  const ranges = (): unknown[] =>
    server.requests.filter(({ method }) => method === 'PUT').map(({ headers }) => headers['content-range']);

  it('goes with the ranges, fields and digest of the contract', async () => {
    const progress: number[][] = [];
    const upload = await server.client().createChunkedUpload(fileOf('big.bin', '0123456789'), {
      chunkBytes: 4,
      onProgress: (sent, total) => progress.push([sent, total]),
    });

    expect(ranges()).toEqual(['bytes 0-3/10', 'bytes 4-7/10', 'bytes 8-9/10']);
    expect(progress).toEqual([
      [4, 10],
      [8, 10],
      [10, 10],
    ]);
    const [first] = server.requests;
    expect({ ...first?.file, field: first?.file?.field }).toMatchObject({ field: 'file', fileName: 'chunk' });
    expect(first?.body).toEqual({ filename: 'big.bin' });
    expect(server.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/chunked_upload/1/',
      body: { md5: '781e5e245d69b566979b86e28d23f2c7' },
    });
    expect(upload).toMatchObject({ id: 1, size: 10 });
    expect(String(server.uploads.bytesOf(1))).toBe('0123456789');
  });

  it('goes on where the service stands, with the bytes from there, when an answer was lost', async () => {
    let puts = 0;
    server.onRequest = ({ method }, perform) => {
      if (method !== 'PUT' || ++puts !== 2) return undefined;
      return { ...perform(), isLost: true };
    };
    await server.client().createChunkedUpload(fileOf('big.bin', '0123456789'), { chunkBytes: 4 });

    expect(String(server.uploads.bytesOf(1))).toBe('0123456789');
    expect(ranges()).toEqual(['bytes 0-3/10', 'bytes 4-7/10', 'bytes 4-7/10', 'bytes 8-9/10']);
  });

  it('is given up when the service never gets on', async () => {
    server.onRequest = ({ path }) =>
      path === '/chunked_upload/1/' ? { status: 400, body: { detail: 'no', offset: 4 } } : undefined;
    const upload = server.client().createChunkedUpload(fileOf('big.bin', '0123456789'), { chunkBytes: 4 });

    await expect(upload).rejects.toMatchObject({ details: { offset: 4 } });
  });

  it('may be empty, and must be there', async () => {
    const client = server.client();

    await expect(client.createChunkedUpload(fileOf('none.bin', ''))).resolves.toMatchObject({ size: 0 });
    await expect(client.createChunkedUpload(join(folder, 'missing'))).rejects.toMatchObject({
      code: 'SYN_FILE_NOT_FOUND',
    });
  });
});

it('sends a data file whole, or in pieces where it is asked to', async () => {
  const path = fileOf('한글 "1".bin', '0123456789');
  const whole = await server.client().createDataFile(path);
  const pieces = await server.client().createDataFile(path, { useChunkedUpload: true });

  expect(whole).toMatchObject({ size: 10, checksum: pieces.checksum });
  expect(server.lines).toEqual([
    'POST /data_files/',
    'PUT /chunked_upload/',
    'POST /chunked_upload/2/',
    'POST /data_files/',
  ]);
  expect(server.requests[0]?.file).toMatchObject({ field: 'file', fileName: '한글 %221%22.bin' });
  expect(server.requests[3]?.body).toEqual({ chunked_upload: 2 });
});
