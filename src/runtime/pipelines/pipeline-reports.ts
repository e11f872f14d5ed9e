import type { StepEventData, StepEventType } from '../../authoring/steps/orchestrator-hooks.js';
import type { StepSession } from '../../authoring/steps/step-host.interface.js';
import type { RunEventStream } from '../../authoring/reporting/run-event-stream.js';
import type { PlannedNode } from './pipeline-plan.js';
import type { PipelineSurroundings } from './pipeline-surroundings.js';

/** Events are stored in batches, this far apart. */
const INTERVAL_MS = 20;

/** Tells the pipeline's own run what happens to its nodes: as steps, and as one weighted progress. */
export class PipelineReports {
  readonly #session: StepSession | undefined;
  readonly #stream: RunEventStream | undefined;
  readonly #totalWeight: number;
  #doneWeight = 0;
  #reportedAt = -Infinity;
  #isUnreported = false;

  /** @param isWatched - Whether anybody may want to know how far each action is; else they are no phases of the progress. */
  constructor({ plan, host }: PipelineSurroundings, session: StepSession | undefined, isWatched: boolean) {
    this.#session = session;
    this.#totalWeight = plan.totalWeight;
    if (!isWatched) this.#stream = host.stream;
  }

  /** @param now - When it happened, in milliseconds since the epoch, where that is known. */
  event(type: StepEventType, { step }: PlannedNode, data: StepEventData, now?: number): void {
    if (this.#stream) this.#stream.emit(type, data, now);
    else this.#session?.hooks.onEvent?.(type, data, step);
  }

  /**
   * A node is done, and the pipeline so much further. Of reports that follow each other closely, only the last would be stored.
   *
   * @param now - In milliseconds since the epoch.
   */
  done({ node }: PlannedNode, now: number): void {
    this.#doneWeight += node.weight;
    this.#isUnreported = true;
    if (Math.abs(now - this.#reportedAt) >= INTERVAL_MS) this.flush(now);
  }

  /** Reports what is left to be reported. */
  flush(now: number): void {
    if (!this.#isUnreported || this.#totalWeight === 0) return;
    this.#isUnreported = false;
    this.#reportedAt = now;
    this.#session?.hooks.onProgress?.((this.#doneWeight / this.#totalWeight) * 100, 100);
  }
}
