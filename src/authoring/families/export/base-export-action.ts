import { NotConfiguredError } from '../../../foundation/errors/config.errors.js';
import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import { BaseAction } from '../../actions/base-action.js';
import type { RuntimeContext } from '../../context/runtime-context.js';
import type { OrchestratorSummary } from '../../steps/step-orchestrator.js';
import { familyContext } from '../family-context.js';
import { ExportContext, ExportProgressCategories } from './export-context.js';

/** Result of an export that consists of steps. */
export interface ExportStepsResult extends OrchestratorSummary {
  readonly exported_count: number;
  /** Absent when the steps named none. */
  readonly output_path?: string;
}

/** What is to be exported, and how much of it there is. */
export interface FilteredResults {
  readonly results: AsyncIterable<unknown> | Iterable<unknown>;
  readonly totalCount: number;
}

/**
 * An export: either an `execute` of its own, or steps over an {@link ExportContext}.
 *
 * @typeParam P - The params class.
 * @typeParam R - The result. An action of steps whose result is another one than the default overrides `resultOfSteps`.
 */
export abstract class BaseExportAction<P = unknown, R = ExportStepsResult> extends BaseAction<P, R> {
  /** Names for `setProgress`. */
  readonly progress = ExportProgressCategories;

  /** Makes what the steps share; of the class that `@Action({ context })` names, if it names one. */
  override createContext(_params: P, ctx: RuntimeContext<P>): ExportContext<P> {
    return familyContext<ExportContext<P>>(this, ctx as RuntimeContext<never>, ExportContext);
  }

  override resultOfSteps(
    { exportedCount, outputPath }: ExportContext<P>,
    summary: OrchestratorSummary,
  ): R | Promise<R> {
    const result: ExportStepsResult = {
      ...summary,
      exported_count: exportedCount,
      ...(outputPath !== undefined && { output_path: outputPath }),
    };
    return result as R;
  }

  /** @throws NotConfiguredError when no backend is set up. */
  protected get client(): BackendClient {
    return this.ctx.client;
  }

  /**
   * What the export is of. Only the action knows where that lies: assignments, ground truth, tasks, files.
   *
   * @throws {@link NotConfiguredError} unless it is overridden.
   */
  protected getFilteredResults(filters: Readonly<Record<string, unknown>>): Promise<FilteredResults> {
    const cure = `Override getFilteredResults(filters) in this action; it was asked for ${JSON.stringify(filters)}.`;
    return Promise.reject(new NotConfiguredError('What to export', cure));
  }
}
