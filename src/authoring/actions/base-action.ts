import { requireContext } from '../context/run-scope.js';
import type { RuntimeContext } from '../context/runtime-context.js';
import { autolog, type AutologFrameworks } from '../integrations/autolog.js';
import type { BaseLogger } from '../reporting/base-logger.js';
import type { StepContext } from '../steps/step-context.js';
import type { OrchestratorSummary } from '../steps/step-orchestrator.js';
import type { StepRegistry } from '../steps/step-registry.js';

/**
 * A convenience for class actions: shortcuts to the run that is executing.
 *
 * Actions are singletons that serve many runs at once, so nothing about a run is kept in a field; each shortcut reads
 * the run from the chain of calls it is used in. A plain class with an `execute` method is an action as well.
 *
 * @typeParam P - The params class.
 * @typeParam R - What `execute` resolves to.
 */
export abstract class BaseAction<P = unknown, R = unknown> {
  /** Does the work. May be async or not. Optional for an action that consists of steps. */
  execute?(params: P, ctx: RuntimeContext<P>): R | Promise<R>;

  /**
   * Changes the steps of one run before it begins: adds, removes or inserts some. The registry holds those of `@Action({ steps })`, and
   * takes instances as well as classes that the application provides.
   */
  setupSteps?(registry: StepRegistry): void;

  /** Makes the state that the steps of a run share; without it, it is of the class of `@Action({ context })`. */
  createContext?(params: P, ctx: RuntimeContext<P>): StepContext;

  /** Makes the result of a run whose steps are done; without it, the summary is the result. */
  resultOfSteps?(context: StepContext, summary: OrchestratorSummary): R | Promise<R>;

  /**
   * Makes what a completed run did undone. A pipeline calls it when a later action fails or the pipeline is cancelled; it may be called
   * again after a crash, so it must take work that is undone already.
   */
  compensate?(params: P, result: R, ctx: RuntimeContext<P>): void | Promise<void>;

  /** Context of the run that is executing. @throws NoActiveRunError outside of a run. */
  protected get ctx(): RuntimeContext<P> {
    return requireContext('ctx') as RuntimeContext<P>;
  }
  protected get params(): P {
    return this.ctx.params;
  }
  protected get logger(): BaseLogger {
    return this.ctx.logger;
  }
  /** Reports the training of a framework to the run that is executing. See the function {@link autolog}. */
  protected autolog<F extends keyof AutologFrameworks>(
    framework: F,
    options?: AutologFrameworks[F]['options'],
  ): AutologFrameworks[F]['handle'];
  protected autolog(framework: string, options?: object): unknown;
  protected autolog(framework: string, options?: object): unknown {
    return autolog(framework, options);
  }
  /** See {@link RuntimeContext.log}. */
  protected log(event: string, data: Record<string, unknown>, file?: string): void {
    this.ctx.log(event, data, file);
  }
  /** See {@link RuntimeContext.setProgress}. */
  protected setProgress(current: number, total: number, category?: string): void {
    this.ctx.setProgress(current, total, category);
  }
  /** See {@link RuntimeContext.setMetrics}. */
  protected setMetrics(value: Record<string, unknown>, category: string): void {
    this.ctx.setMetrics(value, category);
  }
}
