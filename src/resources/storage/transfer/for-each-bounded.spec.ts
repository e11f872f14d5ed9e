import { forEachBounded } from './for-each-bounded.js';

/** Numbers from 0, which remembers how many were asked for and whether it was closed. */
class Source {
  asked = 0;
  isClosed = false;

  async *numbers(count: number): AsyncGenerator<number> {
    try {
      for (let number = 0; number < count; number++) {
        this.asked += 1;
        yield await Promise.resolve(number);
      }
    } finally {
      this.isClosed = true;
    }
  }
}

describe(forEachBounded, () => {
  it('works on all items, never on more than the limit, and asks for the next one when there is room', async () => {
    const source = new Source();
    let [now, most, ahead] = [0, 0, 0];
    const done: number[] = [];
    await forEachBounded(source.numbers(20), { limit: 3 }, async (item) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      ahead = Math.max(ahead, source.asked - done.length);
      done.push(item);
      now -= 1;
    });

    expect(done.sort((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, number) => number));
    expect(most).toBe(3);
    expect(ahead).toBeLessThanOrEqual(4);
  });

  it('ends the others by their signal when one fails, waits for them, and throws the first failure', async () => {
    const source = new Source();
    const ended: string[] = [];
    const work = forEachBounded(source.numbers(100), { limit: 2 }, async (item, signal) => {
      if (item === 1) throw new Error('the second one');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      ended.push(String((signal.reason as Error).message));
      throw new Error('a later one');
    });

    await expect(work).rejects.toThrow('the second one');
    expect(ended).toEqual(['the second one']);
    expect([source.asked, source.isClosed]).toEqual([2, true]);
  });

  it('fails as its items do', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
      throw new Error('no more pages');
    }
    const seen: number[] = [];
    const work = forEachBounded(broken(), { limit: 4 }, (item) => Promise.resolve(void seen.push(item)));

    await expect(work).rejects.toThrow('no more pages');
    expect(seen).toEqual([1]);
  });

  it('ends with the reason of its own signal, and takes a plain list', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const work = forEachBounded([1, 2, 3], { limit: 1, signal: controller.signal }, (item) => {
      seen.push(item);
      controller.abort(new Error('enough'));
      return Promise.resolve();
    });

    await expect(work).rejects.toThrow('enough');
    expect(seen).toEqual([1]);
  });
});
