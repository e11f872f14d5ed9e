import type { StepEventData, StepEventType } from '../../authoring/steps/orchestrator-hooks.js';
import type { StepSession } from '../../authoring/steps/step-host.interface.js';
import type { PipelinePlan, PlannedNode } from './pipeline-plan.js';

/** Events are stored in batches, this far apart. */
const INTERVAL_MS = 20;

/** Tells the pipeline's own run what happens to its nodes: as steps, and as one weighted progress. */
export class PipelineReports {
  readonly #session: StepSession | undefined;
  readonly #totalWeight: number;
  #doneWeight = 0;
  #reportedAtMs = -Infinity;
  #isUnreported = false;

  constructor(plan: PipelinePlan, session: StepSession | undefined) {
    this.#session = session;
    this.#totalWeight = plan.nodes.reduce((sum, { node }) => sum + node.weight, 0);
  }

  event(type: StepEventType, { step }: PlannedNode, data: StepEventData): void {
    this.#session?.hooks.onEvent?.(type, data, step);
  }

  /**
   * A node is done, and the pipeline so much further. Of reports that follow each other closely, only the last would be stored.
   *
   * @param nowMs - By the clock that never goes back.
   */
  done({ node }: PlannedNode, nowMs: number): void {
    this.#doneWeight += node.weight;
    this.#isUnreported = true;
    if (nowMs - this.#reportedAtMs >= INTERVAL_MS) this.flush(nowMs);
  }

  /** Reports what is left to be reported. */
  flush(nowMs: number): void {
    if (!this.#isUnreported || this.#totalWeight === 0) return;
    this.#isUnreported = false;
    this.#reportedAtMs = nowMs;
    this.#session?.hooks.onProgress?.((this.#doneWeight / this.#totalWeight) * 100, 100);
  }
}
