import { parentOfKey } from '../../storage-key.js';
import type { StorageCall } from '../../transfer/storage-call.js';
import { type HttpExchange, shownUrl } from './http-exchange.js';
import { HttpStatusFailure, NO_SUCH_METHOD } from './http-failure.js';
import { WANTED_PROPERTIES, type WebdavChild, webdavChildren } from './webdav-listing.js';

/** URL of a key, or of a folder with its slash. */
export type UrlOfKey = (key: string, isFolder?: boolean) => URL;

/** What WebDAV adds to HTTP: folders, and files that are copied and moved where they lie. */
export class WebdavCalls {
  readonly #exchange: HttpExchange;
  readonly #urlOf: UrlOfKey;

  constructor(exchange: HttpExchange, urlOf: UrlOfKey) {
    this.#exchange = exchange;
    this.#urlOf = urlOf;
  }

  /** What lies directly in a folder; undefined where there is none. */
  async children(folder: string, { signal }: StorageCall): Promise<WebdavChild[] | undefined> {
    const url = this.#urlOf(folder, true);
    const response = await this.#properties(url, '1', signal);
    if (response === undefined) return undefined;
    const children: WebdavChild[] = [];
    for await (const child of webdavChildren(response, url)) if (child.name !== '') children.push(child);
    return children;
  }

  /** Whether there is such a folder; undefined where the server does not know what a folder is. */
  async hasFolder(folder: string, { signal }: StorageCall): Promise<boolean | undefined> {
    try {
      const url = this.#urlOf(folder, true);
      const response = await this.#properties(url, '0', signal);
      if (response === undefined) return false;
      for await (const { name, isFolder } of webdavChildren(response, url)) if (name === '') return isFolder;
      return false;
    } catch (thrown) {
      if (isNoSuchMethod(thrown)) return undefined;
      throw thrown;
    }
  }

  /**
   * Makes a folder and those above it, where they are missing; whether that was so. A server that cannot, or needs no folders, will say so when it
   * is given the file.
   */
  async makeFolder(folder: string, call: StorageCall): Promise<boolean> {
    if (folder === '') return false;
    const make = async (): Promise<number> => {
      const { signal } = call;
      const response = await this.#exchange.ask({ method: 'MKCOL', url: this.#urlOf(folder, true), signal });
      response.resume();
      return response.statusCode ?? 0;
    };
    const status = await make();
    if (status !== 409 && status !== 404) return status === 201;
    await this.makeFolder(parentOfKey(folder), call);
    return (await make()) === 201;
  }

  /** False where the server does not know the method. */
  async transfer(method: 'COPY' | 'MOVE', [from, to]: readonly [string, string], call: StorageCall): Promise<boolean> {
    await this.makeFolder(parentOfKey(to), call);
    const headers = { destination: this.#urlOf(to).href, overwrite: 'T' };
    try {
      await this.#exchange.do({ method, url: this.#urlOf(from), headers, signal: call.signal });
      return true;
    } catch (thrown) {
      if (isNoSuchMethod(thrown)) return false;
      throw thrown;
    }
  }

  async removeFolder(folder: string, { signal }: StorageCall): Promise<void> {
    await this.#exchange.do({ method: 'DELETE', url: this.#urlOf(folder, true), signal });
  }

  async #properties(url: URL, depth: '0' | '1', signal: AbortSignal | undefined) {
    const content = Buffer.from(WANTED_PROPERTIES);
    const response = await this.#exchange.ask({
      method: 'PROPFIND',
      url,
      headers: { depth, 'content-type': 'application/xml; charset=utf-8' },
      body: { bytes: piece(content), sizeBytes: content.length, isOnce: false },
      signal,
    });
    if (response.statusCode === 207) return response;
    response.resume();
    if (response.statusCode === 404 || response.statusCode === 410) return undefined;
    throw new HttpStatusFailure(response, shownUrl(url));
  }
}

async function* piece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function isNoSuchMethod(thrown: unknown): boolean {
  return thrown instanceof HttpStatusFailure && NO_SUCH_METHOD.has(thrown.status);
}
