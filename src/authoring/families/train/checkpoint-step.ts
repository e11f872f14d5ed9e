import type { CheckpointReference } from '../../context/runtime-context.js';
import { BaseStep } from '../../steps/base-step.js';
import { StepResult } from '../../steps/step-result.js';
import type { TrainContext } from './train-context.js';

/** Leaves in `context.checkpoint` what training starts from; nothing where it starts from nothing. */
export class CheckpointStep<P = unknown> extends BaseStep<TrainContext<P>> {
  override readonly name = 'checkpoint';
  override readonly progressWeight = 0.1;
  readonly #find: () => Promise<CheckpointReference | undefined>;

  constructor(find: () => Promise<CheckpointReference | undefined>) {
    super();
    this.#find = find;
  }

  override async execute(context: TrainContext<P>): Promise<StepResult> {
    context.checkpoint = await this.#find();
    return context.checkpoint ? StepResult.ok({ path: context.checkpoint.path }) : StepResult.skipped();
  }
}
