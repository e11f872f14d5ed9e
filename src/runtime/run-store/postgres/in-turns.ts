const AT_ONCE = 4;

/** Does work for each item, some at a time; ends with the first that fails. */
export async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const failed = new AbortController();
  const turn = async (): Promise<void> => {
    for (const item of left) {
      if (failed.signal.aborted) return;
      await work(item).catch((thrown: unknown) => {
        failed.abort();
        throw thrown;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, turn));
}
