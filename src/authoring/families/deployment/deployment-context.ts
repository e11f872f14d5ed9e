import { StepContext } from '../../steps/step-context.js';

/** Names under which a deployment reports its progress. */
export const DeploymentProgressCategories = {
  Initialize: 'initialize',
  Deploy: 'deploy',
  Register: 'register',
} as const;
export type DeploymentProgressCategories =
  (typeof DeploymentProgressCategories)[keyof typeof DeploymentProgressCategories];

/** What the serving processes are given. Keys as Ray has them. */
export interface RayActorOptions {
  readonly runtime_env: Readonly<Record<string, unknown>>;
  readonly num_cpus?: number;
  readonly num_gpus?: number;
  /** Bytes. */
  readonly memory?: number;
}

/** What the steps of a deployment share. Subclass it for fields of your own. */
export class DeploymentContext<P = unknown> extends StepContext<P> {
  /** The param `model_id`. */
  modelId?: number;
  /** The model as the platform describes it. */
  model?: Record<string, unknown>;
  /** Folder of the model's files. */
  modelPath?: string;
  serveAppName = '';
  /** Id of the application on the platform; the result has it. */
  serveAppId?: number;
  /** Begins with a slash. */
  routePrefix = '';
  rayActorOptions: RayActorOptions = { runtime_env: {} };
  /** Whether the application runs; the result has it. */
  deployed = false;
}
