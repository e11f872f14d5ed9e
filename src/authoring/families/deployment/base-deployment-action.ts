import { NotConfiguredError } from '../../../foundation/errors/config.errors.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import { apiPath } from '../../../resources/clients/http/api-path.js';
import { BaseAction } from '../../actions/base-action.js';
import type { RuntimeContext } from '../../context/runtime-context.js';
import type { OrchestratorSummary } from '../../steps/step-orchestrator.js';
import { familyContext } from '../family-context.js';
import { DeployStep } from './deploy-step.js';
import { DeploymentContext, DeploymentProgressCategories, type RayActorOptions } from './deployment-context.js';
import { registerApplication, RegisterStep } from './register-step.js';

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
  readonly num_replicas?: number | null;
  readonly plugin_release?: number | null;
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
   * Tells the platform about the application; resolves to its id there, undefined where nobody knows of which release it is. An application of
   * the same name is changed in place.
   *
   * The release is the param `plugin_release`, else `SYNAPSE_PLUGIN_RELEASE_ID` of the run's environment, else that of the platform's job.
   */
  protected async registerServeApplication(context: DeploymentContext<P>): Promise<number | undefined> {
    const release = await this.getPluginRelease();
    if (release === undefined) return undefined;
    const { num_replicas } = this.params as ServingParams;
    const { params } = this.ctx as { readonly params: Readonly<Record<string, unknown>> };
    return registerApplication(context, {
      name: context.serveAppName,
      plugin_release: release,
      action: this.ctx.action,
      params: { ...params },
      num_replicas: num_replicas ?? 1,
    });
  }

  /** Id of the release that this run belongs to, as the params, the environment or the platform's job say. */
  protected async getPluginRelease(): Promise<number | undefined> {
    const { ctx } = this;
    const { plugin_release } = this.params as ServingParams;
    const told = plugin_release ?? ctx.env.getInt('SYNAPSE_PLUGIN_RELEASE_ID');
    if (told !== null || ctx.jobId === undefined) return told ?? undefined;
    const job = await ctx.client.get<Readonly<Record<string, unknown>>>(apiPath`jobs/${ctx.jobId}/`);
    const release = isRecord(job['plugin_release']) ? job['plugin_release']['id'] : job['plugin_release'];
    return typeof release === 'number' ? release : undefined;
  }

  /** A step that starts the application by {@link BaseDeploymentAction.deploy}; its undo calls `stop`. */
  protected deployStep(stop?: (context: DeploymentContext<P>) => Promise<void>): DeployStep<P> {
    return new DeployStep<P>((context) => this.deploy(context), stop);
  }

  /** A step that tells the platform about the application, and whose undo has it forget it, or know again what it knew. */
  protected registerStep(): RegisterStep<P> {
    return new RegisterStep<P>((context) => this.registerServeApplication(context));
  }
}
