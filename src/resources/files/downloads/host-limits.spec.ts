import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Downloader, type DownloaderOptions } from './downloader.js';
import { FileServer, serveBytes } from './file-server.fixture.js';

const QUICK: DownloaderOptions = { privateAddresses: true, initialDelayMs: 1 };

let folder: string;
let server: FileServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-limits-'));
  server = await new FileServer().start();
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('Downloader', () => {
  it('fetches a URL once for all who ask at the same time', async () => {
    server.handler = serveBytes(Buffer.from('picture'));
    const downloader = new Downloader(QUICK);
    const paths = await Promise.all([1, 2, 3].map(() => downloader.download(`${server.base}/same.png`, folder)));
    downloader.close();

    expect(new Set(paths).size).toBe(1);
    expect(server.requests).toHaveLength(1);
  });

  it('B-36: fetches so many at once from one host, and no more', async () => {
    let open = 0;
    let most = 0;
    server.handler = (_request, response) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open -= 1;
        response.end('x');
      });
    };
    const downloader = new Downloader({ ...QUICK, maxPerHost: 3 });
    await Promise.all(Array.from({ length: 30 }, (_, index) => downloader.download(`${server.base}/${index}`, folder)));
    downloader.close();

    expect(most).toBeLessThanOrEqual(3);
    expect(readdirSync(folder)).toHaveLength(30);
  });

  it('lets go of one that waits for its turn', async () => {
    const release = Promise.withResolvers<void>();
    server.handler = (_request, response) => void release.promise.then(() => response.end('x'));
    const downloader = new Downloader({ ...QUICK, maxPerHost: 1 });
    const first = downloader.download(`${server.base}/1`, folder);
    const abort = new AbortController();
    const second = downloader.download(`${server.base}/2`, folder, { signal: abort.signal });
    abort.abort(new Error('enough'));

    await expect(second).rejects.toThrow('enough');
    release.resolve();
    await first;
    await downloader.download(`${server.base}/3`, folder);
    downloader.close();
    expect(server.paths).toEqual(['/1', '/3']);
  });
});
