import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getStorage, type StorageProvider } from '../../src/index.js';
import { FileServer } from '../../src/resources/files/downloads/file-server.fixture.js';

interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly x_key: string;
  readonly content_type: string | null;
  readonly part_headers: readonly string[] | null;
}

interface Row {
  readonly label: string;
  readonly result?: unknown;
  readonly error?: { readonly python_type: string };
  readonly requests?: readonly RecordedRequest[];
}

const file = join(__dirname, 'data-cases/cases/40-storage-http.json');
const { expected } = JSON.parse(readFileSync(file, 'utf8')) as { expected: { rows: readonly Row[] } };

/** The answers of the recorded server. */
function statusOf({ method, url = '' }: IncomingMessage): number {
  if (method === 'PUT' && url.includes('post')) return 405;
  if (method === 'PUT' && url.includes('500')) return 500;
  if (url.includes('missing') && method !== 'PUT') return 404;
  return method === 'HEAD' && url.includes('redir') ? 302 : 200;
}

/** Kinds of the original's errors. A HTTPError of a path that is missing is a NotFound here, as of any other storage. */
const CODES: Readonly<Record<string, string>> = {
  StorageUploadError: 'SYN_STORAGE_UPLOAD',
  StorageNotFoundError: 'SYN_STORAGE_NOT_FOUND',
  StorageError: 'SYN_STORAGE_UNSUPPORTED',
  HTTPError: 'SYN_STORAGE_NOT_FOUND',
};
/** B-18: in the original a target leads to another place or another host, and takes the secret headers there. */
const LEADS_OUT = new Set(['upload ../x.txt', 'absolute URL as target (get_url)']);

describe('data case 40: storage on an HTTP server', () => {
  let server: FileServer;
  let folder: string;
  let storage: StorageProvider;
  const seen: RecordedRequest[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = '';
    for await (const piece of request.setEncoding('latin1')) body += piece;
    const { 'x-key': key, 'content-type': type } = request.headers;
    const head = /^--[^\r]+\r\n([\s\S]*?)\r\n\r\n/.exec(body)?.[1];
    seen.push({
      method: request.method ?? '',
      path: request.url ?? '',
      x_key: String(key),
      content_type: type?.split(';')[0] ?? null,
      part_headers: head?.split('\r\n') ?? null,
    });
    if (request.method === 'HEAD') response.setHeader('content-length', 42);
    response.writeHead(statusOf(request)).end('data');
  };

  beforeAll(async () => {
    server = await new FileServer().start();
    server.handler = (request, response) => void answer(request, response);
    folder = mkdtempSync(join(tmpdir(), 'synapse-case40-'));
    writeFileSync(join(folder, 's.txt'), 'hello');
    const configuration = { base_url: `${server.base}/up`, headers: { 'X-Key': 'k' } };
    storage = await getStorage({ provider: 'http', configuration });
  });
  afterAll(async () => {
    await storage.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the recorded operation is called here. */
  const doRow = async (label: string): Promise<unknown> => {
    const [verb = '', word = ''] = label.split(' ');
    if (label === 'missing source') return storage.upload(join(folder, 'zz'), 'x');
    if (label.startsWith('absolute URL')) return storage.getUrl('http://evil.example/x');
    if (label.startsWith('path object')) return pathFacts(storage);
    if (verb === 'upload') return storage.upload(join(folder, 's.txt'), word);
    if (verb === 'exists') return storage.exists(word);
    if (verb === 'read') return storage.getPath(word).readText();
    return verb === 'count' ? storage.getPathFileCount('x') : storage.getPathTotalSize('x');
  };

  it.each(expected.rows)('$label', async ({ label, result, error, requests }) => {
    seen.length = 0;
    const outcome = doRow(label);

    if (LEADS_OUT.has(label)) {
      await expect(outcome).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
      return expect(seen).toEqual([]);
    }
    if (error) await expect(outcome).rejects.toMatchObject({ code: CODES[error.python_type] });
    else expect(JSON.stringify(await outcome).replaceAll(server.base, '<BASE>')).toBe(JSON.stringify(result));
    if (requests) expect(seen).toEqual(requests);
  });

  it('B-18: a target never leads away from the base URL, whatever is asked of it', async () => {
    seen.length = 0;
    for (const target of ['../x', 'http://evil.example/x', '//evil.example/../x', 'a/../../x', '..\\x']) {
      await expect(storage.upload(join(folder, 's.txt'), target)).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
      await expect(storage.exists(target)).rejects.toMatchObject({ code: 'SYN_STORAGE_KEY' });
    }

    expect(seen).toEqual([]);
    expect(storage.getUrl('//evil.example/x y')).toBe(`${server.base}/up/evil.example/x%20y`);
  });
});

async function pathFacts(storage: StorageProvider): Promise<object> {
  const path = storage.getPath('/a/b/');
  return {
    str: String(path),
    name: path.name,
    parent: String(path.parent),
    'join c': String(path.join('c')),
    'joinuri /c/ d': String(path.join('/c/', 'd')),
    is_file: await path.isFile(),
    is_dir: await path.isDir(),
    read_text: await path.readText(),
    size: (await path.stat()).sizeBytes,
  };
}
