import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Downloader } from './downloader.js';
import { FileServer } from './file-server.fixture.js';

const IDLE_TIMEOUT_MS = 1_000;
/** A server that sends the second half of a file when it is told to by the first number, and says so in the second. */
const SERVER = `const { createServer } = require('node:http');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': 10 }).write('first', () => {
      Atomics.wait(workerData, 0, 0);
      response.end('later', () => {
        Atomics.store(workerData, 1, 1);
        Atomics.notify(workerData, 1);
      });
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

describe('a server that is waited for', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-silence-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is not taken for silent where this process was held up, and had not heard what came meanwhile', async () => {
    const state = new Int32Array(new SharedArrayBuffer(8));
    const server = new Worker(SERVER, { eval: true, workerData: state });
    const [port] = (await once(server, 'message')) as [number];
    const downloader = new Downloader({ privateAddresses: true, idleTimeoutMs: IDLE_TIMEOUT_MS, maxAttempts: 1 });
    const onProgress = (bytes: number): void => {
      if (bytes === 10) return;
      Atomics.store(state, 0, 1);
      Atomics.notify(state, 0);
      Atomics.wait(state, 1, 0);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1.5 * IDLE_TIMEOUT_MS);
    };
    const work = downloader.download(`http://127.0.0.1:${port}/a`, folder, { onProgress });

    expect(readFileSync(await work.finally(() => server.terminate()), 'utf8')).toBe('firstlater');
    downloader.close();
  });

  it('is one for each download, also on a connection that was kept', async () => {
    const server = await new FileServer().start();
    const downloader = new Downloader({ privateAddresses: true, idleTimeoutMs: 100, maxAttempts: 1 });
    const ports = new Set<number | undefined>();
    server.handler = ({ url, socket }, response) => {
      ports.add(socket.remotePort);
      if (url !== '/silent') response.end('whole');
    };
    const get = (path: string): Promise<string> => downloader.download(server.base + path, folder);
    while (ports.size !== 1 || server.requests.length < 2) {
      ports.clear();
      server.requests.length = 0;
      for (const path of ['/a', '/b'])
        await get(path).then(
          (file) => rmSync(file),
          () => undefined,
        );
    }

    await expect(get('/silent')).rejects.toMatchObject({ code: 'SYN_CLIENT_TIMEOUT' });
    expect(readdirSync(folder)).toEqual([]);
    downloader.close();
    await server.stop();
  });
});
