import type { PipelineProgress } from '../reporting/progress-models.js';
import type { Pipeline } from './pipeline.interface.js';

/** How a pipeline is started. */
export interface SubmitOptions {
  /** What the run is called. @defaultValue the pipeline's name */
  readonly name?: string;
  /** A run of the same pipeline whose completed actions need not run again. */
  readonly resumeFrom?: string;
  /** Is told which action comes next: its position, how many there are, and its name; `complete` at the end. */
  readonly onAction?: (index: number, total: number, name: string) => void;
}

/** How long to wait for a run. */
export interface WaitOptions {
  /** Longest wait, in milliseconds, 1 and up. Then the wait fails; the run goes on. @defaultValue 3,600,000 */
  readonly timeoutMs?: number;
  /** Pause between two looks at a run of another process, in milliseconds, 1 and up. @defaultValue 5,000 */
  readonly pollIntervalMs?: number;
}

/** What pipelines are handed to. PipelineRunner is one. */
export interface PipelineExecutor {
  /** Starts a run and resolves to its id. */
  submit(pipeline: Pipeline, params?: object, options?: SubmitOptions): Promise<string>;
  /** Resolves when the run has completed. @throws the error it ended with; RunTimeoutError when it takes longer. */
  wait(runId: string, options?: WaitOptions): Promise<PipelineProgress>;
  /** What a run that is over came to. @throws the error it ended with. */
  getResult(runId: string): Promise<unknown>;
}
