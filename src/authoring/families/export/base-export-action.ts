import { NotConfiguredError } from '../../../foundation/errors/config.errors.js';
import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import { BaseAction } from '../../actions/base-action.js';
import type { RuntimeContext } from '../../context/runtime-context.js';
import type { OrchestratorSummary } from '../../steps/step-orchestrator.js';
import { familyContext } from '../family-context.js';
import { type BaseExportParams, ExportTarget } from './base-export-params.js';
import { ExportContext, ExportProgressCategories } from './export-context.js';
import type { FilteredResults } from './filtered-results.js';
import { platformResults } from './platform-results.js';
import { WriteResultsStep } from './write-results-step.js';

/** Result of an export that consists of steps. */
export interface ExportStepsResult extends OrchestratorSummary {
  readonly exported_count: number;
  /** Absent when none was left out. */
  readonly failed_count?: number;
  /** Absent when the steps named none. */
  readonly output_path?: string;
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
    { exportedCount, failedCount, outputPath }: ExportContext<P>,
    summary: OrchestratorSummary,
  ): R | Promise<R> {
    const result: ExportStepsResult = {
      ...summary,
      exported_count: exportedCount,
      ...(failedCount > 0 && { failed_count: failedCount }),
      ...(outputPath !== undefined && { output_path: outputPath }),
    };
    return result as R;
  }

  /** @throws NotConfiguredError when no backend is set up. */
  protected get client(): BackendClient {
    return this.ctx.client;
  }

  /**
   * What the export is of: by the param `target`, the platform's assignments, tasks or ground truth that have the values of `filters`.
   *
   * @throws {@link NotConfiguredError} for params without a known target, unless it is overridden; what the client throws.
   */
  protected async getFilteredResults(filters: Readonly<Record<string, unknown>>): Promise<FilteredResults> {
    const { target } = this.params as { readonly target?: unknown };
    if (!isTarget(target)) {
      const cure = `Override getFilteredResults(filters) in this action, or extend BaseExportParams; it was asked for ${JSON.stringify(filters)}.`;
      throw new NotConfiguredError('What to export', cure);
    }
    const results = platformResults(this.client, target, { filters, signal: this.ctx.signal });
    return { results, totalCount: await results.count() };
  }

  /** Makes of one result what is written; undefined leaves it out. What it throws is told by the param `on_error`. */
  protected convertResult(item: unknown): unknown {
    return item;
  }

  /** A step that writes what {@link BaseExportAction.getFilteredResults} finds to a file, for params that extend `BaseExportParams`. */
  protected writeResultsStep(): WriteResultsStep<P & BaseExportParams> {
    return new WriteResultsStep<P & BaseExportParams>({
      find: (filters) => this.getFilteredResults(filters),
      convert: (item) => this.convertResult(item),
    });
  }
}

function isTarget(target: unknown): target is ExportTarget {
  return Object.values<unknown>(ExportTarget).includes(target);
}
