import type { IncomingMessage } from 'node:http';
import { basename } from 'node:path';
import { StorageNotFoundError, StorageUnsupportedError } from '../../../../foundation/errors/storage.errors.js';
import { nameOfKey, parentOfKey } from '../../storage-key.js';
import type { StorageEntry } from '../../storage-options.js';
import type { FailedWork } from '../../storage-primitives.js';
import { StorageProvider } from '../../storage-provider.interface.js';
import type { LocalFile } from '../../transfer/local-file.js';
import { abortableBytes } from '../../transfer/abortable-bytes.js';
import { piecesOfFile } from '../../transfer/file-pieces.js';
import type { ByteRange, OpenedObject } from '../../transfer/resumed-read.js';
import type { StorageCall } from '../../transfer/storage-call.js';
import { countedBytes, type StorageContent } from '../../transfer/storage-content.js';
import { type FolderTree, walkFolders } from '../../walk-folders.js';
import { HttpExchange, isRedirect, shownUrl } from './http-exchange.js';
import { httpErrorOf, HttpStatusFailure, NO_SUCH_METHOD } from './http-failure.js';
import { type HTTPStorageConfig, HTTPUploadMode } from './http-storage-config.js';
import { type FormFile, MultipartForm } from './multipart-form.js';
import { entryOfHeaders, openedObject, rangeHeaders } from './opened-response.js';
import { replayable } from './replayable-body.js';
import type { HttpBody } from './send-body.js';
import { WebdavCalls } from './webdav-calls.js';
import type { WebdavChild } from './webdav-listing.js';

/**
 * Storage on an HTTP server. With `upload_mode: form` a file is sent as the form of an upload application, by PUT, or by POST where PUT is answered with
 * 405; such a server lists nothing. With `raw` a file is the body of a PUT, and folders are WebDAV's, where the server knows it.
 *
 * The headers of the configuration are secrets: they go to the server's own origin, and to no other that it redirects to.
 */
export class HTTPStorage extends StorageProvider {
  protected override readonly idleTimeoutMs: number;
  readonly #base: URL;
  readonly #exchange: HttpExchange;
  readonly #isForm: boolean;
  readonly #webdav: WebdavCalls;

  constructor({ base_url: baseUrl, timeout, headers, upload_mode: mode }: HTTPStorageConfig) {
    super();
    this.#base = new URL(baseUrl);
    this.idleTimeoutMs = timeout * 1000;
    this.#isForm = mode === HTTPUploadMode.Form;
    const secrets = { ...credentialsOf(this.#base), ...headers };
    this.#exchange = new HttpExchange({ headers: secrets, idleTimeoutMs: this.idleTimeoutMs });
    this.#webdav = new WebdavCalls(this.#exchange, (key, isFolder) => this.#addressOf(key, isFolder));
  }

  override close(): Promise<void> {
    this.#exchange.close();
    return Promise.resolve();
  }

  protected override urlOf(key: string): string {
    return shownUrl(this.#addressOf(key)).replace(/\/$/, '');
  }

  protected override translate(thrown: unknown, { work, key }: FailedWork): Error | undefined {
    return httpErrorOf(thrown, work, key);
  }

  protected override async statObject(key: string, call: StorageCall): Promise<StorageEntry | undefined> {
    if (key === '') return this.#statRoot(call);
    const response = await this.#head(key, call);
    const status = response.statusCode ?? 0;
    if (status === 200) return entryOfHeaders(key, response.headers);
    if (status === 404 || status === 410) return undefined;
    if (status >= 400) throw new HttpStatusFailure(response, this.urlOf(key));
    // A redirect is no file; a server that knows folders redirects to their slash.
    const isFolder = !this.#isForm && (await this.#webdav.hasFolder(key, call)) === true;
    return isFolder ? { key, kind: 'folder', sizeBytes: 0 } : undefined;
  }

  protected override async openObject(key: string, range: ByteRange, { signal }: StorageCall): Promise<OpenedObject> {
    const response = await this.#exchange.get({ url: this.#addressOf(key), headers: rangeHeaders(range), signal });
    const url = this.urlOf(key);
    if (!isRedirect(response)) {
      return openedObject({ response, range, url }, (whole) => this.#exchange.bodyOf(whole));
    }
    response.resume();
    throw StorageNotFoundError.object(key, url); // it is a folder
  }

  protected override async putObject(key: string, content: StorageContent, call: StorageCall): Promise<void> {
    const { body, sizeBytes, contentType } = content;
    if (this.#isForm) return this.#putStreamAsForm(key, body, call);
    await this.#webdav.makeFolder(parentOfKey(key), call);
    await this.#putRaw(key, { bytes: abortableBytes(body, call.signal), sizeBytes, isOnce: true }, contentType, call);
  }

  protected override putFile(key: string, file: LocalFile, call: StorageCall): Promise<void> {
    const { sizeBytes, contentType } = file;
    const open = (): AsyncIterable<Uint8Array> => {
      call.meter.restart();
      return countedBytes(piecesOfFile(file.path, sizeBytes), call, sizeBytes);
    };
    if (this.#isForm) {
      const form = { filename: basename(file.path), open, sizeBytes };
      return call.retry(() => this.#putForm(key, form, call));
    }
    const put = (): Promise<void> => this.#putRaw(key, { bytes: open(), sizeBytes, isOnce: false }, contentType, call);
    return call.retry(async () => {
      try {
        await put();
      } catch (thrown) {
        // A missing folder is 409, by the book; nginx says 500.
        const isRefused = thrown instanceof HttpStatusFailure && [404, 409, 500].includes(thrown.status);
        if (!isRefused || !(await this.#webdav.makeFolder(parentOfKey(key), call))) throw thrown;
        await put();
      }
    });
  }

  protected override async *listObjects(
    folder: string,
    recursive: boolean,
    call: StorageCall,
  ): AsyncGenerator<StorageEntry> {
    if (this.#isForm) {
      const reason = 'HTTP servers do not provide directory listing. With upload_mode raw, those that know WebDAV do';
      throw new StorageUnsupportedError('Listing files', 'HTTP', reason);
    }
    const tree: FolderTree<WebdavChild> = {
      children: async (key) => (await call.retry(() => this.#webdav.children(key, call))) ?? [],
      entryOf: (key, { facts }) => Promise.resolve({ key, ...facts }),
    };
    yield* walkFolders(tree, folder, recursive);
  }

  protected override async removeObject(key: string, call: StorageCall): Promise<boolean> {
    // WebDAV removes a folder with all that is in it, if that is what lies there.
    if (!this.#isForm && (await this.statObject(key, call))?.kind !== 'file') return false;
    try {
      await this.#exchange.do({ method: 'DELETE', url: this.#addressOf(key), signal: call.signal });
      return true;
    } catch (thrown) {
      if (thrown instanceof HttpStatusFailure && [404, 410].includes(thrown.status)) return false;
      throw thrown;
    }
  }

  protected override async copyObject(from: string, to: string, call: StorageCall): Promise<void> {
    if (!(await this.#transfer('COPY', [from, to], call))) await super.copyObject(from, to, call);
  }

  protected override async moveObject(from: string, to: string, call: StorageCall): Promise<void> {
    if (!(await this.#transfer('MOVE', [from, to], call))) await super.moveObject(from, to, call);
  }

  protected override async removeFolder(folder: string, call: StorageCall): Promise<number> {
    let count = 0;
    for await (const _file of this.listObjects(folder, true, call)) count++;
    const isFolder = await call.retry(() => this.#webdav.hasFolder(folder, call));
    if (isFolder === true) await call.retry(() => this.#webdav.removeFolder(folder, call));
    return count;
  }

  #transfer(method: 'COPY' | 'MOVE', keys: readonly [string, string], call: StorageCall): Promise<boolean> {
    if (this.#isForm) return Promise.resolve(false);
    return call.retry(() => this.#webdav.transfer(method, keys, call));
  }

  async #putStreamAsForm(key: string, stream: AsyncIterable<Uint8Array>, call: StorageCall): Promise<void> {
    const { open, sizeBytes, release } = await replayable(abortableBytes(stream, call.signal));
    try {
      await call.retry(() => this.#putForm(key, { filename: nameOfKey(key), open, sizeBytes }, call));
    } finally {
      await release();
    }
  }

  /** As in the original: PUT, and POST where that is answered with just 405. */
  async #putForm(key: string, file: FormFile, call: StorageCall): Promise<void> {
    const form = new MultipartForm(file);
    const url = this.#addressOf(key);
    const put = (method: string): Promise<number> =>
      this.#exchange.do({
        method,
        url,
        headers: { 'content-type': form.contentType },
        body: form.body(),
        signal: call.signal,
      });
    try {
      await put('PUT');
    } catch (thrown) {
      if (!(thrown instanceof HttpStatusFailure) || thrown.status !== 405) throw thrown;
      await put('POST');
    }
  }

  async #putRaw(key: string, body: HttpBody, contentType: string, { signal }: StorageCall): Promise<void> {
    const headers = { 'content-type': contentType };
    await this.#exchange.do({ method: 'PUT', url: this.#addressOf(key), headers, body, signal });
  }

  /** Redirects are not followed. A server that knows no HEAD is asked for the file, which is not read. */
  async #head(key: string, { signal }: StorageCall): Promise<IncomingMessage> {
    const url = this.#addressOf(key);
    const response = await this.#exchange.ask({ method: 'HEAD', url, signal });
    response.resume();
    if (!NO_SUCH_METHOD.has(response.statusCode ?? 0)) return response;
    const answer = await this.#exchange.ask({ method: 'GET', url, signal });
    answer.on('error', () => undefined).destroy();
    return answer;
  }

  /** The root of a server that answers is there, whatever it says to somebody who asks for the root itself. */
  async #statRoot(call: StorageCall): Promise<StorageEntry | undefined> {
    const known = this.#isForm ? undefined : await this.#webdav.hasFolder('', call);
    if (known === false) throw StorageNotFoundError.place(this.urlOf(''));
    if (known === undefined) await this.#head('', call);
    return { key: '', kind: 'folder', sizeBytes: 0 };
  }

  #addressOf(key: string, isFolder = false): URL {
    const url = new URL(this.#base.origin);
    const path = key.split('/').map(encodeURIComponent).join('/');
    url.pathname = `${this.#base.pathname}${path}${isFolder && key !== '' ? '/' : ''}`;
    return url;
  }
}

/** User and password of the base URL, as the header that they become. */
function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
