/** How many items are worked on at the same time, and what ends the work. */
export interface BoundedWork {
  /** Most items at the same time, 1 and up. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/**
 * Works on items as they come, so many at a time; the next one is asked for when there is room, so that memory does not grow with their number.
 * The first failure ends the rest by the signal that `work` is given, and is thrown when all of it has ended.
 */
export async function forEachBounded<T>(
  items: Iterable<T> | AsyncIterable<T>,
  { limit, signal }: BoundedWork,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const source = iteratorOf(items);
  const worker = async (): Promise<void> => {
    try {
      while (!stop.aborted) {
        const next = await source.next();
        if (next.done === true) return;
        await work(next.value, stop);
      }
    } catch (error) {
      if (!failed.signal.aborted) failed.abort(error);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, limit) }, worker));
  await source.return?.();
  signal?.throwIfAborted();
  failed.signal.throwIfAborted();
}

function iteratorOf<T>(items: Iterable<T> | AsyncIterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}
