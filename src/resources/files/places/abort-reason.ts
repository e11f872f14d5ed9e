/** Does `work`, which fails with the signal's reason once that has aborted: a stream says only that it was aborted, and not why. */
export async function withAbortReason<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    signal?.throwIfAborted();
    throw thrown;
  }
}
