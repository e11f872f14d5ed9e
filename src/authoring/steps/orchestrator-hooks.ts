import type { RunEventType } from '../reporting/run-event.js';
import type { AbortSource } from './cancellation.js';
import type { RegisteredStep } from './registered-step.js';
import type { StepClock } from './step-clock.js';
import type { StepJournal } from './step-journal.interface.js';

/** What happens to steps, as the run's events name it. */
export type StepEventType = Extract<RunEventType, `step.${string}`>;

/** Data of a step's event. snake_case, because it is what stores, files and wires show. */
export interface StepEventData {
  readonly step: string;
  /** Number of the try, from 1. Absent for a step that was skipped without a try. */
  readonly attempt?: number;
  /** Seconds since the step, or its undo, was first started, three decimals. Absent when it starts. */
  readonly elapsed?: number;
  /** Why it failed, or null where nothing is known. */
  readonly error?: string | null;
  /** Pause before the next try, in milliseconds. */
  readonly delay_ms?: number;
  /** The run that the step is, where it is an action of a pipeline. */
  readonly run_id?: string;
  /** True where it is the undo that is tried again. */
  readonly undo?: true;
}

/** Who hears what an orchestrator does, and by which clock it does it. All optional; what nobody asks for costs nothing. */
export interface OrchestratorHooks {
  /** Is told the overall percent, 0 to 100, after each step. What it throws is logged and goes no further. */
  readonly onProgress?: (percent: number, total: 100) => void;
  /** Is told what happens to each step. What it throws is logged and goes no further. */
  readonly onEvent?: (type: StepEventType, data: StepEventData, step: RegisteredStep) => void;
  /** Where each step is written down, for a run that must survive a crash. */
  readonly journal?: StepJournal;
  /** How long a step may go on after it was told to end, in milliseconds. Then it is undone while it may still be running. @defaultValue 1,000 */
  readonly abortGraceMs?: number;
  /** What tells the steps to end, in place of the signal of the context's run. Serves one orchestrator at a time. @defaultValue that signal */
  readonly abort?: AbortSource;
  /** @defaultValue the machine's */
  readonly clock?: StepClock;
  /** A number from 0 up to 1, for the jitter of retries. @defaultValue `Math.random` */
  readonly random?: () => number;
}
