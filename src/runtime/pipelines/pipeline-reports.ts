import type { StepEventData, StepEventType } from '../../authoring/steps/orchestrator-hooks.js';
import type { StepSession } from '../../authoring/steps/step-host.interface.js';
import type { PipelinePlan, PlannedNode } from './pipeline-plan.js';

/** Tells the pipeline's own run what happens to its nodes: as steps, and as one weighted progress. */
export class PipelineReports {
  readonly #session: StepSession | undefined;
  readonly #totalWeight: number;
  #doneWeight = 0;

  constructor(plan: PipelinePlan, session: StepSession | undefined) {
    this.#session = session;
    this.#totalWeight = plan.nodes.reduce((sum, { node }) => sum + node.weight, 0);
  }

  event(type: StepEventType, { node, step }: PlannedNode, data: Omit<StepEventData, 'step'>): void {
    this.#session?.hooks.onEvent?.(type, { step: node.name, ...data }, step);
  }

  /** A node is done, and the pipeline so much further. */
  done({ node }: PlannedNode): void {
    this.#doneWeight += node.weight;
    if (this.#totalWeight > 0) this.#session?.hooks.onProgress?.((this.#doneWeight / this.#totalWeight) * 100, 100);
  }
}
