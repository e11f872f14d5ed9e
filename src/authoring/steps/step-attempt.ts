import { StepTimeoutError } from '../../foundation/errors/step.errors.js';
import type { Abortable, Cancellation } from './cancellation.js';

/** Which step an attempt is for, and how long it may take. */
export interface AttemptSubject {
  /** The step whose work or undo this is. */
  readonly name: string;
  /** Longest time, in milliseconds. */
  readonly timeoutMs?: number;
}

/**
 * One try of a step's work, skip check or undo: what its context speaks for while it goes on.
 *
 * It has a signal, timers and a place among those that can be cancelled only where the step asks for them.
 */
export class StepAttempt implements Abortable {
  /** The step that reports belong to; during an undo, the one whose failure caused it. */
  readonly currentStep: string;
  /** The step whose work or undo this is. */
  readonly step: string;
  readonly #timeoutMs: number | undefined;
  readonly #cancellation: Cancellation;
  #controller: AbortController | undefined;
  #timeoutError: StepTimeoutError | undefined;
  #abandon: ((reason: unknown) => void) | undefined;
  #stopTimeout: (() => void) | undefined;
  #stopGrace: (() => void) | undefined;
  #isAborted = false;
  #reason: unknown;

  constructor({ name, timeoutMs }: AttemptSubject, cancellation: Cancellation, currentStep = name) {
    this.step = name;
    this.currentStep = currentStep;
    this.#timeoutMs = timeoutMs;
    this.#cancellation = cancellation;
  }

  /** Aborts when the attempt is to end. The run's own signal where nothing else can end it. */
  get signal(): AbortSignal {
    const runSignal = this.#timeoutMs === undefined ? this.#cancellation.signal : undefined;
    if (runSignal) return runSignal;
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#isAborted) this.#controller.abort(this.#reason);
      else if (this.#cancellation.isAborted) this.#controller.abort(this.#cancellation.reason);
    }
    return this.#controller.signal;
  }

  /** Set when the attempt took longer than it may, also where it came to an end in the grace time after that. */
  get timeoutError(): StepTimeoutError | undefined {
    return this.#timeoutError;
  }

  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    const { clock, abortGraceMs } = this.#cancellation.timing;
    this.#stopGrace = clock.after(abortGraceMs, () => this.#abandon?.(reason));
  }

  /** What `work` comes to; the reason of the abort when it goes on for longer than the grace time after it. */
  until<T>(work: PromiseLike<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // First a constant, as the listener of a SignalSource is (run-garbage.spec).
      const abandon = (reason: unknown): void => {
        this.#end();
        reject(reason as Error);
      };
      this.#abandon = abandon;
      this.#watch();
      work.then(
        (value) => {
          this.#end();
          resolve(value);
        },
        (thrown: unknown) => {
          this.#end();
          reject(thrown as Error);
        },
      );
    });
  }

  #watch(): void {
    const { timing } = this.#cancellation;
    const timeoutMs = this.#timeoutMs;
    if (timeoutMs !== undefined) this.#stopTimeout = timing.clock.after(timeoutMs, () => this.#timeOut(timeoutMs));
    this.#cancellation.add(this);
  }

  #timeOut(timeoutMs: number): void {
    if (this.#isAborted) return; // told to end before, for another reason
    this.#timeoutError = new StepTimeoutError(this.step, timeoutMs);
    this.abort(this.#timeoutError);
  }

  #end(): void {
    this.#cancellation.delete(this);
    this.#stopTimeout?.();
    this.#stopGrace?.();
    this.#abandon = undefined;
  }
}
