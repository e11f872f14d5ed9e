import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { YOLODataset } from '../../../foundation/data-types/built-in-types.js';
import { NotConfiguredError } from '../../../foundation/errors/config.errors.js';
import { DatasetNotFoundError } from '../../../foundation/errors/dataset.errors.js';
import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import { DatasetFormatRegistry } from '../../../resources/datasets/registry/dataset-format-registry.js';
import { BaseAction } from '../../actions/base-action.js';
import type { RuntimeContext } from '../../context/runtime-context.js';
import { Action } from '../../decorators/action.decorator.js';
import { DatasetOperation, DatasetParams } from './dataset-params.js';
import { DatasetResult } from './dataset-result.js';

/** What is to be downloaded into one folder. */
export interface DownloadOrder {
  /** The data collection as the platform describes it. */
  readonly collection: Readonly<Record<string, unknown>>;
  /** Where the files are put. */
  readonly folder: string;
  /** What the platform is asked for besides the collection. */
  readonly filters: Readonly<Record<string, unknown>>;
  /** Name of the part; absent when the data set has none. */
  readonly split?: string;
}

/** What is to be converted. */
export interface ConversionOrder {
  readonly source: string;
  readonly sourceFormat: string;
  readonly target: string;
  readonly targetFormat: string;
  readonly isCategorized: boolean;
}

/**
 * Downloads a data collection of the platform, or converts a data set from one format to another.
 *
 * It checks the params, reports and makes the result. How units are fetched is said by a subclass, in `downloadUnits`. In a pipeline, a
 * second one converts what the first has downloaded.
 */
@Action({
  name: 'dataset',
  description: 'Download a data collection, or convert a data set',
  params: DatasetParams,
  result: DatasetResult,
  outputType: YOLODataset,
})
export class DatasetAction extends BaseAction<DatasetParams, DatasetResult> {
  /** The formats it converts between; a subclass may register more. */
  protected readonly formats = new DatasetFormatRegistry();

  override execute(params: DatasetParams, ctx: RuntimeContext<DatasetParams>): Promise<DatasetResult> {
    const operation = params.operation ?? (params.path ? DatasetOperation.Convert : DatasetOperation.Download);
    return operation === DatasetOperation.Convert ? this.#convert(params, ctx) : this.#download(params, ctx);
  }

  /**
   * Puts the data units of an order into its folder; resolves to how many there are.
   *
   * @throws {@link NotConfiguredError} unless it is overridden.
   */
  protected downloadUnits({ folder }: DownloadOrder): Promise<number> {
    const cure = `Override downloadUnits(order) in a subclass, and put the data units into '${folder}' there.`;
    return Promise.reject(new NotConfiguredError('Downloading data units', cure));
  }

  /** Converts an order's folder; resolves to the file that describes the data set in its new format, where there is one. */
  protected async convertFolder({
    source,
    sourceFormat,
    target,
    targetFormat,
    isCategorized,
  }: ConversionOrder): Promise<string | undefined> {
    const { signal } = this.ctx;
    const missing = isCategorized && sourceFormat.startsWith('dm_') ? missingPart(source) : undefined;
    if (missing !== undefined) throw new DatasetNotFoundError(source, `it has no folder '${missing}'`);
    const result = await this.formats.convert(source, target, { from: sourceFormat, to: targetFormat, signal });
    for (const loss of result.losses) this.log('convert_loss', { ...loss });
    return result.config_path ?? undefined;
  }

  async #download(params: DatasetParams, ctx: RuntimeContext<DatasetParams>): Promise<DatasetResult> {
    const id = params.dataset_id ?? refuse(ctx, 'dataset_id', 'must name the data collection to download');
    const path = resolve(params.output_dir ?? join(ctx.workDir, 'datasets', String(id)));
    const parts = Object.entries(params.splits ?? {});
    const isCategorized = params.is_categorized || parts.length > 0;
    ctx.setProgress(0, 100, 'init');
    const collection = await ctx.client.get<Record<string, unknown>>(`data_collections/${id}/`, {
      expand: 'file_specifications',
    });
    const collection_name = collection['name'] ?? null;
    ctx.log('download_start', { dataset_id: id, collection_name, is_categorized: isCategorized });
    ctx.setProgress(1, 100, 'init');
    const count =
      parts.length === 0
        ? await this.downloadUnits({ collection, folder: path, filters: {} })
        : await this.#downloadParts(parts, collection, path);
    ctx.log('download_complete', { path, total_units: count });
    ctx.setProgress(100, 100, 'download');
    return resultOf({ path, format: `dm_${params.dm_version}`, is_categorized: isCategorized, count });
  }

  /** One after the other, each in a folder of its own; resolves to how many data units there are in all. */
  async #downloadParts(
    parts: readonly [string, Record<string, unknown>][],
    collection: Readonly<Record<string, unknown>>,
    path: string,
  ): Promise<number> {
    let total = 0;
    for (const [split, filters] of parts) {
      this.ctx.signal.throwIfAborted();
      const count = await this.downloadUnits({ collection, folder: folderOf(this.ctx, path, split), filters, split });
      this.log('split_downloaded', { split, count });
      total += count;
    }
    return total;
  }

  async #convert(params: DatasetParams, ctx: RuntimeContext<DatasetParams>): Promise<DatasetResult> {
    const source = resolve(params.path ?? refuse(ctx, 'path', 'must name the folder to convert'));
    if (!existsSync(source)) refuse(ctx, 'path', `must name a folder that exists, not '${source}'`);
    const [sourceFormat, targetFormat] = [
      formatOf(params.source_format, params),
      formatOf(params.target_format, params),
    ];
    const target = resolve(params.output_dir ?? join(dirname(source), `${basename(source)}_${params.target_format}`));
    const is_categorized = params.is_categorized;
    ctx.log('convert_start', {
      source_path: source,
      source_format: sourceFormat,
      target_format: targetFormat,
      is_categorized,
    });
    const order = { source, sourceFormat, target, targetFormat, isCategorized: is_categorized };
    const config_path = (await this.convertFolder(order)) ?? null;
    ctx.log('convert_complete', { output_path: target, config_path });
    return resultOf({ path: target, format: targetFormat, is_categorized, config_path, source_path: source });
  }
}

/** The first part that a data set with parts must have and this one lacks. */
function missingPart(source: string): string | undefined {
  return ['train', 'valid'].find((part) => !existsSync(join(source, part)));
}

/** A format that names no version is in the one that the params say. */
function formatOf(format: string, { dm_version }: DatasetParams): string {
  return format === 'dm' ? `dm_${dm_version}` : format;
}

/** The folder of a part, which must lie in that of the data set. */
function folderOf(ctx: Pick<RuntimeContext, 'action'>, path: string, split: string): string {
  const isName = split !== '' && split !== '.' && split !== '..' && !/[/\\]/.test(split);
  return isName ? join(path, split) : refuse(ctx, 'splits', `must have names of folders as its keys, not '${split}'`);
}

function resultOf(fields: Partial<DatasetResult>): DatasetResult {
  return Object.assign(new DatasetResult(), fields);
}

function refuse(ctx: Pick<RuntimeContext, 'action'>, path: string, message: string): never {
  throw new ParamsInvalidError(ctx.action, [{ path, message }]);
}
