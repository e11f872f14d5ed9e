import { execFileSync } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { runInChild } from '../../../../../test/run-in-child.js';
import { HTTPStorage } from './http-storage.js';
import { HTTPStorageConfig } from './http-storage-config.js';
import { bodyOf, type ReadBody } from './tapped-body.js';
import { TappedSockets } from './tapped-sockets.js';

const CONTENT = randomFillSync(Buffer.alloc(9_000_001));
const MB = 1024 * 1024;
const HEADERS = { etag: '"v1"', 'content-length': CONTENT.length };

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const whole: Answer = (response) => response.writeHead(200, HEADERS).end(CONTENT);

let folder: string;
let server: Server;
let storage: HTTPStorage;
let answers: Answer[];
let ranges: (string | undefined)[];
let connections = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'synapse-tapped-'));
  [answers, ranges, connections] = [[], [], 0];
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    (answers.shift() ?? whole)(response, request);
  }).on('connection', () => connections++);
  storage = new HTTPStorage(Object.assign(new HTTPStorageConfig(), { base_url: `${await listening(server)}/` }));
});
afterEach(async () => {
  await storage.close();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function listening(one: Server): Promise<string> {
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
}

function rest(response: ServerResponse, request: IncomingMessage): void {
  const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0]);
  const range = `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`;
  const headers = { ...HEADERS, 'content-length': CONTENT.length - start, 'content-range': range };
  response.writeHead(206, headers).end(CONTENT.subarray(start));
}

describe('a long body of an HTTP server', () => {
  it('comes whole, to a file and as a stream that is read slowly', async () => {
    const target = join(folder, 'a.bin');
    await storage.download('a.bin', target);
    const pieces: Uint8Array[] = [];
    for await (const piece of await storage.read('a.bin')) {
      pieces.push(piece as Uint8Array);
      await new Promise(setImmediate);
    }

    expect(readFileSync(target).equals(CONTENT)).toBe(true);
    expect(Buffer.concat(pieces).equals(CONTENT)).toBe(true);
  });

  it('goes on from the byte where its connection broke', async () => {
    answers = [
      (response) => response.writeHead(200, HEADERS).write(CONTENT.subarray(0, 6 * MB), () => response.destroy()),
    ];
    answers.push(rest);
    const target = join(folder, 'a.bin');
    await storage.download('a.bin', target);

    expect(readFileSync(target).equals(CONTENT)).toBe(true);
    expect(Number(/\d+/.exec(ranges[1] ?? '')?.[0])).toBeGreaterThanOrEqual(3 * MB);
  });

  it('is handed on also where it only trickles', async () => {
    let isSeen = false;
    answers = [
      (response) => {
        let at = 5 * MB;
        response.writeHead(200, HEADERS).write(CONTENT.subarray(0, at));
        const timer = setInterval(() => {
          if (isSeen) {
            clearInterval(timer);
            response.end(CONTENT.subarray(at));
          } else response.write(CONTENT.subarray(at, ++at));
        }, 10);
      },
    ];
    const target = join(folder, 'a.bin');
    await storage.download('a.bin', target, {
      onProgress: ({ transferredBytes: bytes }) => (isSeen ||= bytes > 5 * MB && bytes < 6 * MB),
    });

    expect(isSeen).toBe(true);
    expect(readFileSync(target).equals(CONTENT)).toBe(true);
  });

  it('ends where it was promised to end', async () => {
    answers = [
      (response) => {
        response.writeHead(200, HEADERS).write(CONTENT);
        response.socket?.end('more than was promised');
      },
    ];
    const body = await buffer(await storage.read('a.bin'));

    expect(body.equals(CONTENT)).toBe(true);
  });

  it('ends with the reason of the signal', async () => {
    answers = [(response) => void response.writeHead(200, HEADERS).write(CONTENT.subarray(0, 5 * MB))];
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error('enough'));

    await expect(
      storage.download('a.bin', join(folder, 'a.bin'), { signal: controller.signal, onProgress }),
    ).rejects.toThrow('enough');
  });

  it('costs its connection; short ones share one', async () => {
    for (let count = 0; count < 3; count++) {
      answers = [(response) => response.end('short')];
      expect((await buffer(await storage.read('a.txt'))).toString()).toBe('short');
    }
    expect(connections).toBe(1);
    await buffer(await storage.read('a.bin'));
    answers = [(response) => response.end('short')];

    expect((await buffer(await storage.read('a.txt'))).toString()).toBe('short');
    expect(connections).toBe(2);
  });

  it('comes by https as well', async () => {
    const words = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1';
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) =>
      whole(response, _request),
    );
    const base = (await listening(secure)).replace('http:', 'https:');
    const snippet = `
      import { HTTPStorage } from './src/resources/storage/providers/http/http-storage.js';
      export default async ({ base, target }) => {
        const storage = new HTTPStorage({ base_url: base + '/', timeout: 30, headers: {}, upload_mode: 'form' });
        await storage.download('a.bin', target);
        await storage.close();
      };`;
    const target = join(folder, 'a.bin');
    await runInChild(snippet, { input: { base, target }, env: { NODE_EXTRA_CA_CERTS: cert } });
    await new Promise((resolve) => secure.close(resolve));

    expect(readFileSync(target).equals(CONTENT)).toBe(true);
  });
});

describe(bodyOf, () => {
  let sockets: TappedSockets;
  beforeEach(() => (sockets = new TappedSockets(1)));
  afterEach(() => sockets.close());

  async function opened(signal?: AbortSignal): Promise<ReadBody & { readonly response: IncomingMessage }> {
    const { port } = server.address() as AddressInfo;
    const response = await new Promise<IncomingMessage>((resolve) =>
      get({ host: '127.0.0.1', port, agent: sockets.plain, signal }, resolve).on('error', () => undefined),
    );
    return { response, ...bodyOf(response, sockets) };
  }

  it('reads into the same few buffers where they are given back', async () => {
    const hash = createHash('sha256');
    const { body, giveBack } = await opened();
    const buffers = new Set<ArrayBufferLike>();
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      hash.update(piece);
      buffers.add(piece.buffer);
      giveBack?.(piece);
    }

    expect(hash.digest('hex')).toBe(createHash('sha256').update(CONTENT).digest('hex'));
    expect(buffers.size).toBeLessThanOrEqual(6);
  });

  it('leaves those alone that are held, and bytes of others', async () => {
    const { body, giveBack } = await opened();
    const held: Uint8Array[] = [];
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      held.push(piece);
      giveBack?.(Buffer.from(piece));
    }

    expect(Buffer.concat(held).equals(CONTENT)).toBe(true);
  });

  it.each([
    ['its server goes away', (response: IncomingMessage) => response.socket.destroy(new Error('gone'))],
    ['its request is aborted', (_response: IncomingMessage, controller: AbortController) => controller.abort()],
  ])('tells nobody but its reader that %s', async (_case, end) => {
    answers = [(response) => void response.writeHead(200, HEADERS).write(CONTENT.subarray(0, 100))];
    const controller = new AbortController();
    const { response, body } = await opened(controller.signal);
    const isClosed = once(response.socket, 'close').catch(() => undefined);
    end(response, controller);
    await isClosed;
    await new Promise(setImmediate);

    await expect(buffer(body)).rejects.toThrow();
  });

  it('hands on what came before its connection broke', async () => {
    answers = [
      (response) => response.writeHead(200, HEADERS).write(CONTENT.subarray(0, 1_500_000), () => response.destroy()),
    ];
    const { body } = await opened();
    let bytes = 0;
    const read = async (): Promise<void> => {
      for await (const piece of body as AsyncIterable<Uint8Array>) bytes += piece.length;
    };

    await expect(read()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(bytes).toBeGreaterThan(0);
  });

  it('hands on what has come while its server pauses', async () => {
    answers = [(response) => void response.writeHead(200, HEADERS).write(CONTENT.subarray(0, 100_000))];
    const { body } = await opened();
    const pieces = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    const first = await pieces.next();

    expect((first.value as Uint8Array).length).toBeLessThanOrEqual(100_000);
    body.destroy();
  });

  it('closes the connection of a body that nobody reads', async () => {
    const { response, body } = await opened();
    const { socket } = response;
    const isClosed = once(socket, 'close');
    body.destroy();
    await isClosed;

    expect(socket.destroyed).toBe(true);
  });
});
