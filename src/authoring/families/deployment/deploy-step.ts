import { BaseStep } from '../../steps/base-step.js';
import { StepResult } from '../../steps/step-result.js';
import type { DeploymentContext } from './deployment-context.js';

/** Starts or stops the application of a context. */
export type DeploymentWork<P> = (context: DeploymentContext<P>) => Promise<void>;

/** Starts the application. */
export class DeployStep<P = unknown> extends BaseStep<DeploymentContext<P>> {
  override readonly name = 'deploy';
  override readonly progressWeight = 0.8;
  readonly #deploy: DeploymentWork<P>;
  readonly #stop: DeploymentWork<P> | undefined;

  constructor(deploy: DeploymentWork<P>, stop?: DeploymentWork<P>) {
    super();
    this.#deploy = deploy;
    this.#stop = stop;
  }

  override async execute(context: DeploymentContext<P>): Promise<StepResult> {
    await this.#deploy(context);
    context.deployed = true;
    return StepResult.ok({ application: context.serveAppName });
  }

  override async rollback(context: DeploymentContext<P>): Promise<void> {
    await this.#stop?.(context);
    context.deployed = false;
  }
}
