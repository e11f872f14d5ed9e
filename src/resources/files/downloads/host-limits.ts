/** Lets so many at once do something with each host; the others wait in the order they came. */
export class HostLimits {
  readonly #maxPerHost: number;
  readonly #hosts = new Map<string, { active: number; readonly waiting: (() => void)[] }>();

  constructor(maxPerHost: number) {
    this.#maxPerHost = maxPerHost;
  }

  async run<T>(host: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(host, signal);
    try {
      return await work();
    } finally {
      this.#leave(host);
    }
  }

  async #enter(host: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const state = this.#hosts.get(host) ?? { active: 0, waiting: [] };
    this.#hosts.set(host, state);
    if (state.active < this.#maxPerHost) {
      state.active += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        state.waiting.splice(state.waiting.indexOf(go), 1);
        reject(signal?.reason as Error);
      };
      // Whoever leaves hands its place on, so the count stays as it is.
      const go = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      state.waiting.push(go);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  #leave(host: string): void {
    const state = this.#hosts.get(host);
    if (!state) return;
    const next = state.waiting.shift();
    if (next) return next();
    state.active -= 1;
    if (state.active === 0) this.#hosts.delete(host);
  }
}
