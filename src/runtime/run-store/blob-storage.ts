import { StorageConnectionError } from '../../foundation/errors/storage.errors.js';
import { StoreValueUnavailableError } from '../../foundation/errors/store.errors.js';
import { messageOf, reasonIn, SynapseError } from '../../foundation/errors/synapse.error.js';
import type { StorageProvider } from '../../resources/storage/storage-provider.interface.js';
import { abortable } from '../../resources/storage/transfer/abortable.js';
import { hashOf } from './blob-folder.js';
import type { BlobStorageOptions } from './blob-target.js';
import { lostValue, UnreadValue, type ValueFailure } from './lost-value.js';
import { checkStorage, keyIn, type OpenStorage, openStorage, unusable, urlIn } from './open-storage.js';

/** An object that holds a large value. */
export interface StoredObject {
  /** Relative to the folder for large values. */
  readonly key: string;
  readonly hash: string;
  readonly sizeBytes: number;
}

/** Whose storage it is, and how patient its calls are. */
export interface BlobStorageLimits {
  /** Where the store lies, for errors. */
  readonly location: string;
  /** How long one value may take, all tries included, in milliseconds. */
  readonly timeoutMs: number;
}

/** What is done with the storage, and what it is called in errors. */
interface BoundedWork<T> {
  readonly act: (open: OpenStorage, signal: AbortSignal) => Promise<T>;
  readonly failed: (url: string, reason: string, cause: unknown, isOutOfTime: boolean) => Error;
  readonly key: string;
}

const FIRST_RETRY_DELAY_MS = 50;
const MAX_RETRY_DELAY_MS = 2_000;

/** Large values as objects of a storage. Opened with the first call, and again with the first after {@link BlobStorage.close}. */
export class BlobStorage {
  /** Most objects that one call of a store asks for at the same time. */
  static readonly CALLS_AT_ONCE = 4;

  #opened: Promise<OpenStorage> | undefined;

  constructor(
    private readonly target: string | BlobStorageOptions,
    private readonly limits: BlobStorageLimits,
  ) {}

  /**
   * Finds out now whether the storage is named as it has to be, the variables of its URL included. Connects to nothing, and loads no client.
   *
   * @throws StoreBlobStorageError.
   */
  check(): Promise<void> {
    return checkStorage(this.target, this.limits.location);
  }

  /** Where objects lie, for people. */
  async url(key = ''): Promise<string> {
    const open = await this.#open();
    return urlIn(open, key);
  }

  /** Writes a value under a key that nobody else has, and looks whether all of it has arrived. */
  write({ key, hash, sizeBytes }: StoredObject, text: string, runId: string): Promise<void> {
    const value = `value ${hash} (${sizeBytes} bytes)`;
    return this.#bounded({
      key,
      act: async ({ storage, prefix }, signal) => {
        const place = keyIn(prefix, key);
        await storage.write(place, text, { signal, sizeBytes, contentType: 'application/json' });
        const found = await sizeOf(storage, place, signal);
        // Tried again, also where a sweep took it: its key is then not reserved any more, and nobody will refer to it.
        if (found !== sizeBytes) throw new Error(`only ${found ?? 0} of its bytes have arrived`);
      },
      failed: (url, reason, cause) => new StoreValueUnavailableError({ runId, value, url }, 'written', reason, cause),
    });
  }

  /**
   * The value of an object.
   *
   * @throws {@link UnreadValue}, StoreBlobStorageError.
   */
  async read(object: StoredObject): Promise<string> {
    const { key, hash, sizeBytes } = object;
    const bytes = await this.#bounded({
      key,
      act: async ({ storage, prefix }, signal) => {
        const pieces: Buffer[] = [];
        for await (const piece of await storage.read(keyIn(prefix, key), { signal })) pieces.push(piece as Buffer);
        return Buffer.concat(pieces);
      },
      failed: (url, reason, cause, isOutOfTime) =>
        isMissing(cause) ? lost(url, hash, 'is missing', cause) : unread(url, reason, cause, isOutOfTime),
    });
    const text = bytes.toString('utf8');
    if (bytes.length === sizeBytes && hashOf(text) === hash) return text;
    const problem =
      bytes.length === sizeBytes
        ? 'does not hold what was written'
        : `has ${bytes.length} bytes, and ${sizeBytes} were written`;
    throw lost(await this.url(key), hash, problem);
  }

  /** What {@link BlobStorage.read} would throw if it were not known already that the storage does not answer. */
  async skipped({ key }: StoredObject, reason: string): Promise<UnreadValue> {
    return unread(await this.url(key), reason, undefined, true);
  }

  /** Whether an object is there, with its size. */
  isThere({ key, hash, sizeBytes }: StoredObject, runId: string): Promise<boolean> {
    return this.#bounded({
      key,
      act: async ({ storage, prefix }, signal) => (await sizeOf(storage, keyIn(prefix, key), signal)) === sizeBytes,
      failed: (url, reason, cause) =>
        new StoreValueUnavailableError({ runId, value: `value ${hash}`, url }, 'written', reason, cause),
    });
  }

  /** Keys of all objects below a folder. @throws StorageConnectionError when the next one takes too long. */
  async *keys(folder: string): AsyncGenerator<string> {
    const { storage, prefix } = await this.#open();
    const base = keyIn(prefix, '');
    const ended = new AbortController();
    const entries = storage.list(keyIn(prefix, folder), { signal: ended.signal });
    try {
      for (;;) {
        const { done, value } = await this.#answered('listing', () => entries.next());
        if (done === true) return;
        if (value.kind === 'file') yield base === '' ? value.key : value.key.slice(base.length + 1);
      }
    } catch (thrown) {
      if (!isMissing(thrown)) throw thrown; // nothing was ever written there
    } finally {
      ended.abort();
      void entries.return(undefined).catch(() => undefined); // not awaited: one that hangs does not answer this either
    }
  }

  /** Removes an object; resolves to whether it was there. @throws StorageConnectionError when it takes too long. */
  async remove(key: string): Promise<boolean> {
    const { storage, prefix } = await this.#open();
    return this.#answered('removal', (signal) => storage.delete(keyIn(prefix, key), { signal }));
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    const open = await opened?.catch(() => undefined); // it was never open
    if (open?.isOwn) await open.storage.close();
  }

  #open(): Promise<OpenStorage> {
    const opened = (this.#opened ??= openStorage(this.target, this.limits.location));
    opened.catch(() => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    return opened;
  }

  /** Waits for one answer, also of a storage that does not heed signals. */
  async #answered<T>(work: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { timeoutMs } = this.limits;
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new StorageConnectionError(work, `there was no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      return await abortable(late.signal, () => ask(late.signal));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Does work until it succeeds, fails in a way that would not pass, or takes too long. */
  async #bounded<T>({ act, failed, key }: BoundedWork<T>): Promise<T> {
    const open = await this.#open();
    const { ExponentialBackoff, handleWhen, retry } = await import('cockatiel');
    const signal = AbortSignal.timeout(this.limits.timeoutMs);
    let latest: unknown;
    const policy = retry(
      handleWhen((thrown) => !signal.aborted && mayPass(thrown)),
      {
        maxAttempts: Number.MAX_SAFE_INTEGER,
        backoff: new ExponentialBackoff({ initialDelay: FIRST_RETRY_DELAY_MS, maxDelay: MAX_RETRY_DELAY_MS }),
      },
    );
    try {
      return await policy.execute(async () => {
        try {
          return await act(open, signal);
        } catch (thrown) {
          if (!signal.aborted || latest === undefined) latest = thrown;
          throw thrown;
        }
      });
    } catch (thrown) {
      // Of a time that is over, the last failure before says more.
      const cause = signal.aborted ? (latest ?? thrown) : thrown;
      const reason = signal.aborted
        ? `${messageOf(cause)} (given up after ${this.limits.timeoutMs} ms)`
        : reasonIn(cause);
      if (isConfiguration(cause)) throw unusable(this.target, this.limits.location, cause);
      throw failed(urlIn(open, key), reason, cause, signal.aborted);
    }
  }
}

function lost(url: string, hash: string, problem: string, cause?: unknown): UnreadValue {
  return new UnreadValue((name) => lostValue(name, { kind: 'object', url, hash }, problem, cause), problem, false);
}

function unread(url: string, reason: string, cause: unknown, isOutOfTime: boolean): UnreadValue {
  const failure: ValueFailure = (name) => new StoreValueUnavailableError({ ...name, url }, 'read', reason, cause);
  return new UnreadValue(failure, reason, isOutOfTime);
}

/** In one look: between two of them a sweep may take the object. */
async function sizeOf(storage: StorageProvider, key: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    return (await storage.stat(key, { signal })).sizeBytes;
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
}

/** A body that was cut off is sent again, too: a stream cannot be, a text can. */
function mayPass(thrown: unknown): boolean {
  if (!SynapseError.is(thrown)) return true;
  return thrown.retryable || thrown.code === 'SYN_STORAGE_UPLOAD' || thrown.code === 'SYN_STORAGE_DOWNLOAD';
}

function isMissing(thrown: unknown): boolean {
  return SynapseError.is(thrown) && thrown.code === 'SYN_STORAGE_NOT_FOUND';
}

function isConfiguration(thrown: unknown): boolean {
  return SynapseError.is(thrown) && thrown.kind === 'config';
}
