import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { YOLODataset } from '../../../foundation/data-types/built-in-types.js';
import { DatasetNotFoundError } from '../../../foundation/errors/dataset.errors.js';
import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import { DatasetFormatRegistry } from '../../../resources/datasets/registry/dataset-format-registry.js';
import { BaseAction } from '../../actions/base-action.js';
import type { RuntimeContext } from '../../context/runtime-context.js';
import { Action } from '../../decorators/action.decorator.js';
import type { StepRegistry } from '../../steps/step-registry.js';
import { familyContext } from '../family-context.js';
import { type ConversionOrder, ConvertStep } from './convert-step.js';
import { DatasetContext } from './dataset-context.js';
import { DatasetOperation, DatasetParams } from './dataset-params.js';
import { DatasetResult } from './dataset-result.js';
import { checkDownload, DownloadStep } from './download-step.js';
import { type DownloadOrder, downloadPart } from './download/part-download.js';

/**
 * Downloads a data collection of the platform with its files, converts a data set from one format to another, or does both.
 *
 * Each is a step, whose folder appears when it is whole and is taken away again when the run fails later. In a pipeline, a second one converts what the
 * first has downloaded. `downloadUnits` and `convertFolder` are there for subclasses that do it in another way.
 */
@Action({
  name: 'dataset',
  description: 'Download a data collection, convert a data set, or both',
  params: DatasetParams,
  result: DatasetResult,
  outputType: YOLODataset,
})
export class DatasetAction extends BaseAction<DatasetParams, DatasetResult> {
  /** The formats it converts between; a subclass may register more. */
  protected readonly formats = new DatasetFormatRegistry();

  override setupSteps(registry: StepRegistry): void {
    const { params, ctx } = this;
    const operation = operationOf(params, ctx);
    if (operation !== DatasetOperation.Convert) {
      checkDownload(ctx.action, params);
      registry.register(new DownloadStep((order) => this.downloadUnits(order)));
    } else if (!params.path) {
      throw new ParamsInvalidError(ctx.action, [{ path: 'path', message: 'must name the folder to convert' }]);
    }
    if (operation !== DatasetOperation.Download) {
      registry.register(new ConvertStep((order) => this.convertFolder(order)));
    }
  }

  override createContext(_params: DatasetParams, ctx: RuntimeContext<DatasetParams>): DatasetContext {
    return familyContext<DatasetContext>(this, ctx as RuntimeContext<never>, DatasetContext);
  }

  override resultOfSteps(context: DatasetContext): DatasetResult {
    const { path = '', format = '', isCategorized, configPath, count, failedCount, sourcePath } = context;
    return Object.assign(new DatasetResult(), {
      path,
      format,
      is_categorized: isCategorized,
      config_path: configPath,
      count,
      ...(failedCount > 0 && { failed_count: failedCount }),
      source_path: sourcePath,
    });
  }

  /** Puts the data units of an order into its folder; resolves to how many there are. */
  protected downloadUnits(order: DownloadOrder): Promise<number> {
    return downloadPart(order);
  }

  /** Converts an order's folder; resolves to the file that describes the data set in its new format, where there is one. */
  protected async convertFolder(order: ConversionOrder): Promise<string | undefined> {
    const { source, sourceFormat: from, target, targetFormat: to, isCategorized, options } = order;
    const missing = isCategorized && from.startsWith('dm_') ? missingPart(source) : undefined;
    if (missing !== undefined) throw new DatasetNotFoundError(source, `it has no folder '${missing}'`);
    const result = await this.formats.convert(source, target, { ...options, from, to });
    for (const loss of result.losses) this.log('convert_loss', { ...loss });
    for (const problem of result.problems) this.log('convert_problem', { ...problem });
    return result.config_path ?? undefined;
  }
}

/** What to do. In a pipeline, the params of the first of two are those of the second as well: what has a path by then was downloaded. */
function operationOf({ operation, path }: DatasetParams, ctx: RuntimeContext<DatasetParams>): DatasetOperation {
  const isDone = ctx.pipeline !== undefined && operation === DatasetOperation.Download && Boolean(path);
  if (isDone) return DatasetOperation.Convert;
  return operation ?? (path ? DatasetOperation.Convert : DatasetOperation.Download);
}

/** The first part that a data set with parts must have and this one lacks. */
function missingPart(source: string): string | undefined {
  return ['train', 'valid'].find((part) => !existsSync(join(source, part)));
}
