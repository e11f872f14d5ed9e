import { messageOf } from '../../foundation/errors/synapse.error.js';
import type { OrchestratorHooks, StepEventData, StepEventType } from './orchestrator-hooks.js';
import type { RegisteredStep } from './registered-step.js';
import { type StepClock, toSeconds } from './step-clock.js';
import type { StepContext } from './step-context.js';

/** Tells the hooks what happens. An observer that throws must not undo work that is done. */
export class StepReporter {
  readonly #hooks: OrchestratorHooks;
  readonly #context: StepContext;
  readonly #clock: StepClock;

  constructor(hooks: OrchestratorHooks, context: StepContext, clock: StepClock) {
    this.#hooks = hooks;
    this.#context = context;
    this.#clock = clock;
  }

  /** When something starts, in milliseconds; 0 where nobody will ask how long it took. */
  start(): number {
    return this.#hooks.onEvent ? this.#clock.monotonicMs() : 0;
  }

  started(step: RegisteredStep, attempt: number): void {
    if (this.#hooks.onEvent) this.#tell('step.started', { step: step.name, attempt }, step);
  }

  /** Anything else than a start. The name of the step and `elapsed` are added. */
  event(
    type: StepEventType,
    step: RegisteredStep,
    startedAtMs: number,
    details: Omit<StepEventData, 'step' | 'elapsed'>,
  ): void {
    if (!this.#hooks.onEvent) return;
    const elapsed = toSeconds(this.#clock.monotonicMs() - startedAtMs);
    this.#tell(type, { step: step.name, ...details, elapsed }, step);
  }

  progress(percent: number | undefined): void {
    const { onProgress } = this.#hooks;
    if (percent === undefined || !onProgress) return;
    try {
      this.#context.reportForRun(() => onProgress(percent, 100));
    } catch (thrown) {
      this.#complain('The progress callback failed', thrown);
    }
  }

  #tell(type: StepEventType, data: StepEventData, step: RegisteredStep): void {
    try {
      this.#hooks.onEvent?.(type, data, step);
    } catch (thrown) {
      this.#complain(`The callback for ${type} failed`, thrown);
    }
  }

  #complain(what: string, thrown: unknown): void {
    try {
      this.#context.runtimeCtx.logger.warning(`${what}: ${messageOf(thrown)}`);
    } catch {
      // The logger has been finished: there is nobody left to tell.
    }
  }
}
