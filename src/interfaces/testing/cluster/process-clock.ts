import type { RunClock } from '../../../runtime/durability/run-clock.js';
import type { VirtualClock } from '../virtual-clock.js';

/** Time as one simulated process has it: it can die, and its event loop can be blocked. */
export class ProcessClock implements RunClock {
  /** The time that all processes share. */
  readonly time: VirtualClock;
  #isDead = false;
  #blockedUntilMs = 0;

  constructor(time: VirtualClock) {
    this.time = time;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  now(): number {
    return this.time.now();
  }

  monotonicMs(): number {
    return this.time.monotonicMs();
  }

  after(delayMs: number, callback: () => void): () => void {
    let stop = this.time.after(delayMs, () => fire());
    const fire = (): void => {
      if (this.#isDead) return;
      const leftMs = this.#blockedUntilMs - this.time.monotonicMs();
      if (leftMs > 0) stop = this.time.after(leftMs, fire);
      else callback();
    };
    return () => stop();
  }

  inBackground(delayMs: number, callback: () => void): () => void {
    return this.after(delayMs, callback);
  }

  /** Resolves `delayMs` later; never when the process dies before. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }

  /** Nothing of the process happens any more. */
  die(): void {
    this.#isDead = true;
  }

  /** Nothing of the process happens for `ms`; then everything that was due. */
  block(ms: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, this.time.monotonicMs() + ms);
  }

  get isBlocked(): boolean {
    return this.#blockedUntilMs > this.time.monotonicMs();
  }

  /** An answer from outside reaches the process when it can hear it. */
  hear<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const heard = (say: () => void) => () => (this.isBlocked ? void this.after(0, say) : this.#isDead || say());
      answer.then(
        (value) => heard(() => resolve(value))(),
        (thrown: unknown) => heard(() => reject(thrown as Error))(),
      );
    });
  }
}
