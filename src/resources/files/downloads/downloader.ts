import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChecksumMismatchError,
  DownloadIncompleteError,
  DownloadRefusedError,
  FileNotFoundError,
  PathEscapeError,
} from '../../../foundation/errors/file.errors.js';
import { SynapseError } from '../../../foundation/errors/synapse.error.js';
import { calculateChecksum } from '../checksums/checksum.js';
import { checkAlgorithm, HashAlgorithm } from '../checksums/hash-algorithms.js';
import { joinInside } from '../places/safe-path.js';
import { AddressRules, type PrivateAddresses, shownUrl } from './address-rules.js';
import { HostLimits } from './host-limits.js';
import { HttpSource } from './http-source.js';
import { PartialFile } from './partial-file.js';

/** What holds for all downloads of one {@link Downloader}. */
export interface DownloaderOptions {
  /** Addresses that are not public, e.g. of this machine or its network, and may be reached. @defaultValue false: none */
  readonly privateAddresses?: PrivateAddresses;
  /** Most downloads from one host at the same time. @defaultValue 6 */
  readonly maxPerHost?: number;
  /** Most tries in a row that bring nothing; one that brings bytes begins a new row. @defaultValue 5 */
  readonly maxAttempts?: number;
  /** Longest pause before the second try, in milliseconds; doubled with each, a random part of it is waited. @defaultValue 500 */
  readonly initialDelayMs?: number;
  /** Longest pause, in milliseconds; a server that asks for more with Retry-After is not asked again. @defaultValue 60,000 */
  readonly maxDelayMs?: number;
  /** Longest silence of the server, in milliseconds. There is no limit for the whole. @defaultValue 30,000 */
  readonly idleTimeoutMs?: number;
  /** Certificates of authorities, as PEM, that are trusted for https besides those that Node trusts. @defaultValue none */
  readonly certificateAuthorities?: readonly string[];
}

/** What is asked of one download. */
export interface DownloadOptions {
  /** The file's name without its suffix, which is the URL's. A named file is fetched anew each time. @defaultValue the MD5 of the whole URL */
  readonly name?: string;
  /** What the file is known by, where the URL does not do: e.g. without a signature that is another one each time. @defaultValue the whole URL */
  readonly cacheKey?: string;
  /** Takes the file that an earlier download of the same URL left. @defaultValue true */
  readonly useCached?: boolean;
  /** Headers for the URL's own origin; they do not follow a redirect to another one. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>>;
  /** The digest that the bytes must have, in hex. */
  readonly digest?: { readonly algorithm: HashAlgorithm; readonly value: string };
  /** How many bytes it must have. */
  readonly expectedBytes?: number;
  /** Most bytes. @defaultValue no limit */
  readonly maxBytes?: number;
  /** Keeps what came when it fails, in a hidden file beside, for the next download of the same to go on from. @defaultValue false */
  readonly keepsPartial?: boolean;
  /** Called with the bytes that are there, and all of them where the server says how many. */
  readonly onProgress?: (receivedBytes: number, totalBytes: number | undefined) => void;
  /** Ends the download. */
  readonly signal?: AbortSignal;
}

/**
 * Downloads files: whole or not at all, checked, tried again where the connection broke and gone on with where it was.
 *
 * One object keeps the limits for its hosts, and lets whoever asks for a URL that is under way wait for it.
 */
export class Downloader {
  readonly #options: DownloaderOptions;
  readonly #source: HttpSource;
  readonly #limits: HostLimits;
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(options: DownloaderOptions = {}) {
    this.#options = options;
    this.#source = new HttpSource(new AddressRules(options.privateAddresses), options.certificateAuthorities);
    this.#limits = new HostLimits(options.maxPerHost ?? 6);
  }

  /**
   * Fetches a URL into a folder.
   *
   * @returns The file's absolute path.
   * @throws {@link DownloadRefusedError}, {@link DownloadLimitError}, {@link ChecksumMismatchError}, {@link DownloadIncompleteError},
   * {@link FileNotFoundError} where there is no folder, {@link FileWriteError}; the class of an HTTP status; the signal's reason.
   */
  async download(url: string, folder: string, options: DownloadOptions = {}): Promise<string> {
    const parsed = parsedUrl(url);
    if (options.digest) checkAlgorithm(options.digest.algorithm);
    const root = resolve(folder);
    if (!isThere(root, 'folder')) throw new FileNotFoundError('folder to download to', root);
    const target = joinInside(root, fileNameOf(parsed, options));
    const isCacheable = (options.name ?? '') === '' && options.useCached !== false;
    for (let other = this.#underWay.get(target); other; other = this.#underWay.get(target)) {
      await waitFor(other, options.signal);
    }
    if (isCacheable && isThere(target, 'file')) return target;
    const work = this.#limits.run(parsed.host, () => this.#fetch(parsed, target, options), options.signal);
    this.#underWay.set(target, work);
    try {
      await work;
    } finally {
      this.#underWay.delete(target);
    }
    return target;
  }

  /** Closes connections that are kept for later downloads. */
  close(): void {
    this.#source.close();
  }

  async #fetch(url: URL, target: string, options: DownloadOptions): Promise<void> {
    const part = new PartialFile(target, options.cacheKey ?? keyOf(url));
    part.adopt();
    try {
      await this.#tryUntilWhole(part, url, target, options);
      await checkWhole(part, url, options);
      await part.commit();
    } catch (error) {
      const isUseful = options.keepsPartial === true && (!SynapseError.is(error) || error.retryable);
      await (isUseful ? part.giveFree() : part.discard());
      throw error;
    }
  }

  async #tryUntilWhole(part: PartialFile, url: URL, target: string, options: DownloadOptions): Promise<void> {
    const { idleTimeoutMs = 30_000 } = this.#options;
    const { headers = {}, maxBytes = Number.POSITIVE_INFINITY, onProgress, signal } = options;
    const asked = { url, target, headers, maxBytes, idleTimeoutMs, onProgress, signal };
    for (let attempt = 1; ; attempt++) {
      const before = part.size;
      try {
        const { transfer } = await import('./transfer.js'); // with its decompressors, which a run without downloads needs not load
        return await transfer(this.#source, part, asked);
      } catch (error) {
        if (hasGrown(part, before)) attempt = 1;
        const delayMs = signal?.aborted ? undefined : this.#delayAfter(attempt, error);
        if (delayMs === undefined) throw error;
        await sleep(delayMs, undefined, { signal }).catch(() => signal?.throwIfAborted());
      }
    }
  }

  /** How long to wait before trying again; undefined where that would be in vain. */
  #delayAfter(attempt: number, error: unknown): number | undefined {
    const { initialDelayMs = 500, maxDelayMs = 60_000, maxAttempts = 5 } = this.#options;
    if (attempt >= maxAttempts || !SynapseError.is(error) || !error.retryable) return undefined;
    const { retryAfterMs } = error as { retryAfterMs?: number };
    if (retryAfterMs !== undefined) return retryAfterMs <= maxDelayMs ? retryAfterMs : undefined;
    return Math.random() * Math.min(maxDelayMs, initialDelayMs * 2 ** (attempt - 1));
  }
}

/** Whether a try was of use: the next goes on behind its bytes. */
function hasGrown({ size, validator }: PartialFile, before: number): boolean {
  return size > before && validator !== undefined;
}

/** Downloads one file, as {@link Downloader.download} does. For many files, one {@link Downloader} keeps connections and limits. */
export async function downloadFile(
  url: string,
  folder: string,
  options: DownloadOptions & DownloaderOptions = {},
): Promise<string> {
  const downloader = new Downloader(options);
  try {
    return await downloader.download(url, folder, options);
  } finally {
    downloader.close();
  }
}

async function checkWhole(part: PartialFile, url: URL, options: DownloadOptions): Promise<void> {
  const { expectedBytes, digest, signal } = options;
  const path = await part.close();
  if (expectedBytes !== undefined && part.size !== expectedBytes) {
    throw new DownloadIncompleteError(shownUrl(url), `it has ${part.size} bytes, expected ${expectedBytes}`);
  }
  if (digest === undefined) return;
  const found = await calculateChecksum(path, { algorithm: digest.algorithm, signal });
  if (found !== digest.value.toLowerCase()) {
    throw new ChecksumMismatchError(shownUrl(url), digest.algorithm, digest.value, found);
  }
}

/** What a download is known by: all of its URL that reaches the server. */
function keyOf(url: URL): string {
  const key = new URL(url);
  key.hash = '';
  return key.href;
}

function fileNameOf(url: URL, { name = '', cacheKey = keyOf(url) }: DownloadOptions): string {
  if (/[/\\\0]/.test(name) || name === '.' || name === '..')
    throw new PathEscapeError(name, 'the folder to download to');
  const suffix = extname(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  const stem = name === '' ? createHash('md5').update(cacheKey).digest('hex') : name;
  return stem + (/^\.[\w-]{1,32}$/.test(suffix) ? suffix : '');
}

function parsedUrl(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed !== null) return parsed;
  throw new DownloadRefusedError(
    url.split(/[?#]/, 1)[0] ?? '',
    'it is not a URL. Write it with its scheme, e.g. https://…',
  );
}

function isThere(path: string, what: 'file' | 'folder'): boolean {
  const facts = statSync(path, { throwIfNoEntry: false });
  return what === 'file' ? facts?.isFile() === true : facts?.isDirectory() === true;
}

/** Waits for somebody else's download, however it ends. */
async function waitFor(other: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const giveUp = (): void => ended.reject(signal?.reason);
  signal?.addEventListener('abort', giveUp, { once: true });
  signal?.throwIfAborted();
  await Promise.race([other.catch(() => undefined), ended.promise]).finally(() =>
    signal?.removeEventListener('abort', giveUp),
  );
}
