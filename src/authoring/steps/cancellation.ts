import type { StepClock } from './step-clock.js';

/** Something under way that can be told to end. */
export interface Abortable {
  abort(reason: unknown): void;
}

/** How patient an orchestrator is, and by which clock. */
export interface StepTiming {
  readonly clock: StepClock;
  /** How long a step may go on after it was told to end, in milliseconds. */
  readonly abortGraceMs: number;
}

/**
 * Tells what is under way to end: when the run's signal aborts, or when a step of a group fails.
 *
 * One listener on the run's signal serves all steps, and only from the first step on that is still going when it has returned.
 */
export class Cancellation implements Abortable {
  readonly timing: StepTiming;
  /** The run's signal, which is also that of each step; absent where steps must end one by one, or cannot be told to. */
  readonly signal: AbortSignal | undefined;
  readonly #members = new Set<Abortable>();
  #isAborted = false;
  #reason: unknown;
  #listener: (() => void) | undefined;

  constructor(timing: StepTiming, signal?: AbortSignal) {
    this.timing = timing;
    this.signal = signal;
  }

  get isAborted(): boolean {
    return this.#isAborted || this.signal?.aborted === true;
  }

  get reason(): unknown {
    return this.#isAborted ? this.#reason : (this.signal?.reason as unknown);
  }

  /** Tells `member` when everything is to end, or at once if that was before. */
  add(member: Abortable): void {
    this.#members.add(member);
    if (this.isAborted) member.abort(this.reason);
    else if (this.signal && !this.#listener) {
      // First a constant: V8 puts functions that are assigned to a property where they stand among its old objects, and what they lead to
      // stays until a long collection. Node does so for each object that listens.
      const listener = (): void => this.abort(this.signal?.reason);
      this.signal.addEventListener('abort', listener, { once: true });
      this.#listener = listener;
    }
  }

  delete(member: Abortable): void {
    this.#members.delete(member);
  }

  /** The first reason stands. */
  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    for (const member of [...this.#members]) member.abort(reason);
  }

  /** Lets go of the run's signal. */
  close(): void {
    if (this.#listener) this.signal?.removeEventListener('abort', this.#listener);
  }
}
