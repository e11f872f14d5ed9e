import { StorageConnectionError } from '../../../foundation/errors/storage.errors.js';
import { abortable } from './abortable.js';

/** How long an answer is waited for. */
export interface SilenceLimit {
  /** E.g. `upload of gs://bucket/key`. */
  readonly work: string;
  readonly limitMs: number;
  /** Ends it earlier. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Does what has to have its answer in time.
 *
 * @throws {@link StorageConnectionError} where it does not come; what `request` throws; the signal's reason.
 */
export async function answeredInTime<T>(
  { work, limitMs, signal }: SilenceLimit,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  try {
    return await abortable(either, () => request(either));
  } catch (thrown) {
    if (!limit.aborted || signal?.aborted === true) throw thrown;
    throw silent(work, limitMs);
  }
}

/** Ends the sending of bytes that nobody takes, however long their source makes wait for them. */
export class SendingWatch {
  readonly #limit: Omit<SilenceLimit, 'signal'>;
  readonly #silence = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(limit: Omit<SilenceLimit, 'signal'>) {
    this.#limit = limit;
  }

  /** Aborts with a {@link StorageConnectionError} once a piece is not taken, or the end not answered, for so long. */
  get signal(): AbortSignal {
    return this.#silence.signal;
  }

  /** The pieces of a source, whose reader is watched. */
  async *watched(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      this.#begin();
      yield piece;
      this.end();
    }
    this.#begin();
  }

  /** Nothing is waited for any more. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #begin(): void {
    const { work, limitMs } = this.#limit;
    this.end();
    this.#timer = setTimeout(() => this.#silence.abort(silent(work, limitMs)), limitMs);
  }
}

function silent(work: string, limitMs: number): StorageConnectionError {
  return new StorageConnectionError(work, `no answer for ${limitMs} ms`);
}
