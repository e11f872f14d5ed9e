/** Aborts its signal after a time in which nobody has called {@link IdleTimer.refresh}. */
export class IdleTimer {
  readonly #controller = new AbortController();
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param firstMs - The first time, in milliseconds, where it is another than the following. */
  constructor(timeoutMs: number, firstMs = timeoutMs) {
    this.#timeoutMs = timeoutMs;
    this.#start(firstMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the time was over. */
  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  refresh(): void {
    this.stop();
    this.#start(this.#timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #start(ms: number): void {
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }
}
