import { NoActiveRunError } from '../../foundation/errors/run.errors.js';
import { getAutologContext } from './autolog-context.js';
import { IntegrationRegistry } from './integration-registry.js';
import type { TensorflowjsHandle, TensorflowjsOptions } from './tensorflowjs.integration.js';
import type { UltralyticsHandle, UltralyticsOptions } from './ultralytics.integration.js';

/**
 * What each framework is told and what its author gets back. Declare your own here for typed calls:
 * `declare module 'nest-synapse' { interface AutologFrameworks { forest: { options: {}; handle: ForestHandle } } }`.
 */
export interface AutologFrameworks {
  readonly tensorflowjs: { readonly options: TensorflowjsOptions; readonly handle: TensorflowjsHandle };
  readonly ultralytics: { readonly options: UltralyticsOptions; readonly handle: UltralyticsHandle };
}

/**
 * Reports the training of `framework` as progress, metrics and events of the run that is executing, until the run ends.
 *
 * @returns What to hand to the framework; see the integration.
 * @throws {@link NoActiveRunError} outside of a run.
 * @throws {@link UnknownIntegrationError} when the framework is not registered.
 * @throws {@link IntegrationUnavailableError} when what it needs is not installed.
 */
export function autolog<F extends keyof AutologFrameworks>(
  framework: F,
  options?: AutologFrameworks[F]['options'],
): AutologFrameworks[F]['handle'];
export function autolog(framework: string, options?: object): unknown;
export function autolog(framework: string, options?: object): unknown {
  const context = getAutologContext();
  if (!context) throw new NoActiveRunError('autolog');
  return context.enable(framework, options);
}

/** Stops what {@link autolog} started, before the run ends. Does nothing when the framework is not reported. */
export function disableAutolog(framework: string): void {
  getAutologContext()?.disable(framework);
}

/** Names of the frameworks that {@link autolog} knows in the run that is executing; outside of a run, those of the package. */
export function listIntegrations(): string[] {
  return (getAutologContext() ?? new IntegrationRegistry()).listIntegrations();
}
