import type { JournalState } from './journal-state.js';
import type { OrchestratorHooks } from './orchestrator-hooks.js';
import type { RegisteredStep } from './registered-step.js';

/** What the steps of a run are told when they begin. */
export interface StepSession {
  readonly hooks: OrchestratorHooks;
  /** What an earlier process has done of the run. @defaultValue nothing */
  readonly from?: JournalState;
}

/** The run that steps are part of. */
export interface StepHost {
  /** Called once, before the first step. From then on the run ends when its steps do: they may have to be undone first. */
  beginSteps(steps: readonly RegisteredStep[]): StepSession;
  /** Called when no step of the run executes or is undone any more. */
  endSteps(): void;
}
