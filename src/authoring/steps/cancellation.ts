import type { StepClock } from './step-clock.js';

/** Something under way that can be told to end. */
export interface Abortable {
  abort(reason: unknown): void;
}

/** What tells the steps of a run to end. */
export interface AbortSource {
  readonly isAborted: boolean;
  /** Why, once it has. */
  readonly abortReason: unknown;
  /** What the steps are told by; may be made with the first question. */
  readonly signal: AbortSignal;
  /** Has `listener` told when the run is told to end. One at a time: steps of one orchestrator, not of several at once. */
  listen(listener: Abortable): void;
  /** Lets go of `listener`, where it is still the one. */
  unlisten(listener: Abortable): void;
}

/** How patient an orchestrator is, and by which clock. */
export interface StepTiming {
  readonly clock: StepClock;
  /** How long a step may go on after it was told to end, in milliseconds. */
  readonly abortGraceMs: number;
}

/**
 * Tells what is under way to end: when the run is told to, or when a step of a group fails.
 *
 * One listener on the run serves all steps, and only from the first step on that is still going when it has returned.
 */
export class Cancellation implements Abortable {
  readonly timing: StepTiming;
  /** What ends all steps at once; absent where steps must end one by one, or cannot be told to. */
  readonly #source: AbortSource | undefined;
  readonly #members = new Set<Abortable>();
  #isAborted = false;
  #reason: unknown;
  #isListening = false;

  constructor(timing: StepTiming, source?: AbortSource) {
    this.timing = timing;
    this.#source = source;
  }

  /** The run's signal, which is also that of each step; absent where each step has one of its own. */
  get signal(): AbortSignal | undefined {
    return this.#source?.signal;
  }

  get isAborted(): boolean {
    return this.#isAborted || this.#source?.isAborted === true;
  }

  get reason(): unknown {
    return this.#isAborted ? this.#reason : this.#source?.abortReason;
  }

  /** Tells `member` when everything is to end, or at once if that was before. */
  add(member: Abortable): void {
    this.#members.add(member);
    if (this.isAborted) member.abort(this.reason);
    else if (this.#source && !this.#isListening) {
      this.#isListening = true;
      this.#source.listen(this);
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

  /** Lets go of the run. */
  close(): void {
    if (this.#isListening) this.#source?.unlisten(this);
  }
}

/** The signal of a context whose run has nothing else to be told by. */
export class SignalSource implements AbortSource {
  readonly signal: AbortSignal;
  #listener: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  get isAborted(): boolean {
    return this.signal.aborted;
  }

  get abortReason(): unknown {
    return this.signal.reason;
  }

  listen(listener: Abortable): void {
    // First a constant: V8 puts functions that are assigned to a property where they stand among its old objects, and what they lead to
    // stays until a long collection (run-garbage.spec). Node does so for each object that listens.
    const tell = (): void => listener.abort(this.signal.reason);
    this.signal.addEventListener('abort', tell, { once: true });
    this.#listener = tell;
  }

  unlisten(): void {
    if (this.#listener) this.signal.removeEventListener('abort', this.#listener);
  }
}
