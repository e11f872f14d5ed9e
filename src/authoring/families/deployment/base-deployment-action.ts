import { NotConfiguredError } from '../../../foundation/errors/config.errors.js';
import { BaseAction } from '../../actions/base-action.js';
import type { RuntimeContext } from '../../context/runtime-context.js';
import type { OrchestratorSummary } from '../../steps/step-orchestrator.js';
import { familyContext } from '../family-context.js';
import { DeploymentContext, DeploymentProgressCategories, type RayActorOptions } from './deployment-context.js';

const DEFAULT_APP_NAME = 'synapse-serve-app';
const DEFAULT_ROUTE_PREFIX = '/default';

/** Result of a deployment that consists of steps. */
export interface DeploymentStepsResult extends OrchestratorSummary {
  /** Id of the application on the platform; absent when it was not registered. */
  readonly serve_application?: number;
  readonly deployed: boolean;
}

/** Params that say what the serving processes are given. */
interface ServingParams {
  readonly model_id?: number | null;
  readonly num_cpus?: number | null;
  readonly num_gpus?: number | null;
  readonly memory?: number | null;
}

/**
 * A deployment: either an `execute` of its own, or steps over a {@link DeploymentContext}.
 *
 * @typeParam P - The params class. Of its fields, `model_id`, `num_cpus`, `num_gpus` and `memory` reach the context.
 * @typeParam R - The result. An action of steps whose result is another one than the default overrides `resultOfSteps`.
 */
export abstract class BaseDeploymentAction<P = unknown, R = DeploymentStepsResult> extends BaseAction<P, R> {
  /** Names for `setProgress`. */
  readonly progress = DeploymentProgressCategories;

  /** Makes what the steps share; of the class that `@Action({ context })` names, if it names one. */
  override createContext(params: P, ctx: RuntimeContext<P>): DeploymentContext<P> {
    const context = familyContext<DeploymentContext<P>>(this, ctx as RuntimeContext<never>, DeploymentContext);
    context.modelId = (params as ServingParams).model_id ?? undefined;
    context.serveAppName = this.getServeAppName();
    context.routePrefix = this.getRoutePrefix();
    context.rayActorOptions = this.getRayActorOptions();
    return context;
  }

  override resultOfSteps({ serveAppId, deployed }: DeploymentContext<P>, summary: OrchestratorSummary): R | Promise<R> {
    const result: DeploymentStepsResult = {
      ...summary,
      ...(serveAppId !== undefined && { serve_application: serveAppId }),
      deployed,
    };
    return result as R;
  }

  /** `SYNAPSE_PLUGIN_RELEASE_CODE` of the run's environment, else `synapse-serve-app`. */
  protected getServeAppName(): string {
    return this.ctx.env.getStr('SYNAPSE_PLUGIN_RELEASE_CODE') || DEFAULT_APP_NAME;
  }

  /** A slash and `SYNAPSE_PLUGIN_RELEASE_CHECKSUM` of the run's environment, else `/default`. */
  protected getRoutePrefix(): string {
    const checksum = this.ctx.env.getStr('SYNAPSE_PLUGIN_RELEASE_CHECKSUM');
    return checksum ? `/${checksum}` : DEFAULT_ROUTE_PREFIX;
  }

  /** What the params ask for; a param that is 0 asks for nothing. */
  protected getRayActorOptions(): RayActorOptions {
    const { num_cpus, num_gpus, memory } = this.params as ServingParams;
    return {
      runtime_env: {},
      ...(num_cpus && { num_cpus }),
      ...(num_gpus && { num_gpus }),
      ...(memory && { memory }),
    };
  }

  /**
   * Starts the application that `context` describes. For steps and subclasses that call it; nothing else does.
   *
   * @throws {@link NotConfiguredError} unless it is overridden.
   */
  protected deploy({ serveAppName, routePrefix }: DeploymentContext<P>): Promise<void> {
    const cure = `Override deploy(context) in this action, and start '${serveAppName}' under '${routePrefix}' there.`;
    return Promise.reject(new NotConfiguredError('Serving', cure));
  }

  /**
   * Tells the platform about the application; resolves to its id there. For steps and subclasses that call it; nothing else does.
   *
   * @throws {@link NotConfiguredError} unless it is overridden.
   */
  protected registerServeApplication({ serveAppName }: DeploymentContext<P>): Promise<number | undefined> {
    const cure = `Override registerServeApplication(context) in this action, and tell the platform about '${serveAppName}' there.`;
    return Promise.reject(new NotConfiguredError('Registering served applications', cure));
  }
}
