import type { Readable } from 'node:stream';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { StorageConnectionError, StorageDownloadError } from '../../../foundation/errors/storage.errors.js';
import type { ReadOptions } from '../storage-options.js';
import type { StorageCall } from './storage-call.js';

/** Which bytes of an object a provider is to open. */
export interface ByteRange {
  readonly start: number;
  /** The byte behind the last one. @defaultValue the end of the object */
  readonly end?: number;
  /** Only of the version that has this etag, where the provider can ask for that; another one is noticed in any case. */
  readonly etag?: string;
}

/** An object while it is read. */
export interface OpenedObject {
  /** The bytes of the range; none of them for a range at or behind the end. */
  readonly body: Readable;
  /** Bytes of the whole object. Undefined where the storage does not say. */
  readonly sizeBytes: number | undefined;
  readonly etag?: string;
  /** Takes bytes of the body that nobody holds any more, to read into them again. Other bytes are left alone. */
  readonly giveBack?: (bytes: Uint8Array) => void;
}

/** Opens a range of one object. */
export type ObjectOpener = (range: ByteRange) => Promise<OpenedObject>;

/** What a read needs besides the call it is for. */
export interface ResumedReadOptions {
  /** Only errors name it. */
  readonly url: string;
  /** Longest silence of the storage while bytes are expected, in milliseconds. */
  readonly idleTimeoutMs: number;
}

/** Reads one range of one object, over as many connections as it takes. */
export class ResumedRead {
  readonly #open: ObjectOpener;
  readonly #call: StorageCall;
  readonly #url: string;
  readonly #idleTimeoutMs: number;
  #opened: OpenedObject | undefined;
  #current: OpenedObject | undefined;

  constructor(open: ObjectOpener, call: StorageCall, { url, idleTimeoutMs }: ResumedReadOptions) {
    this.#open = open;
    this.#call = call;
    this.#url = url;
    this.#idleTimeoutMs = idleTimeoutMs;
  }

  /** Opens it, so that what is missing or refused is known before the first byte. */
  async open(range: ByteRange): Promise<OpenedObject> {
    this.#opened = await this.#call.retry(() => this.#open(range));
    return this.#opened;
  }

  /** Says that nobody holds these bytes any more. */
  giveBack(bytes: Uint8Array): void {
    this.#current?.giveBack?.(bytes);
  }

  /** The bytes, once it is open. A connection that breaks or falls silent is followed by another one, from the byte where it broke. */
  async *bytes({ start, end }: ByteRange): AsyncGenerator<Uint8Array> {
    const first = this.#opened ?? (await this.open({ start, end }));
    const endsAt = Math.min(end ?? Infinity, first.sizeBytes ?? Infinity); // endless where nobody says it
    const turns = this.#call.turns();
    let position = start;
    let current: OpenedObject | undefined = first;
    for (;;) {
      try {
        current ??= await this.#reopen(first, { start: position, end, etag: first.etag });
        this.#current = current;
        for await (const bytes of this.#bodyOf(current)) {
          position += bytes.length;
          this.#expectAtMost(endsAt, position);
          this.#call.meter.add(bytes.length);
          turns.reset();
          yield bytes;
        }
        if (isWhole(position, endsAt)) return;
        throw this.#broken(`the connection ended after ${position} of ${endsAt} bytes`);
      } catch (thrown) {
        current = undefined;
        await turns.after(this.#call.errorOf(this.#asBroken(thrown)));
      }
    }
  }

  #expectAtMost(endsAt: number, position: number): void {
    if (position > endsAt) throw this.#wrong(`it has more bytes than the ${endsAt} that were promised`);
  }

  async #reopen(first: OpenedObject, range: ByteRange): Promise<OpenedObject> {
    const next = await this.#open(range);
    if (next.etag === first.etag && next.sizeBytes === first.sizeBytes) return next;
    next.body.destroy();
    throw this.#wrong('it was changed while it was read');
  }

  async *#bodyOf({ body }: OpenedObject): AsyncGenerator<Buffer> {
    let waitsSince: number | undefined = performance.now(); // a reader that takes its time is not a storage that is silent
    const limitMs = this.#idleTimeoutMs;
    const timer = setInterval(() => {
      const isSilent = waitsSince !== undefined && performance.now() - waitsSince >= limitMs;
      if (isSilent) body.destroy(this.#broken(`nothing came for ${limitMs} ms`));
    }, limitMs / 4);
    const end = (): void => void body.destroy(this.#call.signal?.reason as Error);
    this.#call.signal?.addEventListener('abort', end, { once: true });
    try {
      this.#call.signal?.throwIfAborted();
      for await (const bytes of body as AsyncIterable<Buffer>) {
        if (bytes.length === 0) continue;
        waitsSince = undefined;
        yield bytes;
        waitsSince = performance.now();
      }
    } finally {
      clearInterval(timer);
      this.#call.signal?.removeEventListener('abort', end);
      body.destroy();
    }
  }

  /** A socket that breaks says so in the words of Node, which no vendor's library has translated. */
  #asBroken(thrown: unknown): unknown {
    const { code } = thrown as NodeJS.ErrnoException;
    const isSocket =
      code !== undefined && /^(ECONNRESET|EPIPE|ETIMEDOUT|ERR_STREAM_PREMATURE_CLOSE|ECONNABORTED)$/.test(code);
    return isSocket ? this.#broken(`the connection broke (${code})`, thrown) : thrown;
  }

  #broken(reason: string, cause?: unknown): StorageConnectionError {
    return new StorageConnectionError(`reading of ${this.#url}`, reason, { cause });
  }

  #wrong(problem: string): StorageDownloadError {
    return new StorageDownloadError(this.#url, problem);
  }
}

/** Whether all bytes have come; a range may begin behind the end. */
function isWhole(position: number, endsAt: number): boolean {
  return endsAt === Infinity || position >= endsAt;
}

/** The same bytes, after which the call is told to be done. */
export async function* withFinish(bytes: AsyncIterable<Uint8Array>, call: StorageCall): AsyncGenerator<Uint8Array> {
  yield* bytes;
  call.meter.finish();
}

/** @throws {@link UsageError} for what is no range of bytes. */
export function checkedRange({ start = 0, end }: ReadOptions): { readonly start: number; readonly end?: number } {
  for (const [name, value] of Object.entries({ start, end: end ?? 0 })) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new UsageError(`${name} must be a whole number from 0, got ${value}.`);
  }
  return { start, ...(end !== undefined && { end }) };
}
