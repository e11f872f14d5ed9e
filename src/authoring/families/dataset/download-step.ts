import { join, resolve } from 'node:path';
import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import { DownloadFailedError } from '../../../foundation/errors/family.errors.js';
import type { DataCollection, DataUnit } from '../../../resources/clients/backend/platform-records.js';
import type { PagedResults } from '../../../resources/clients/paged-results.js';
import type { Downloader } from '../../../resources/files/downloads/downloader.js';
import { BaseStep } from '../../steps/base-step.js';
import { StepResult } from '../../steps/step-result.js';
import { ClaimedFolder, discardClaimed } from '../work/claimed-folder.js';
import { reachableHosts } from '../work/reachable-hosts.js';
import type { DatasetContext } from './dataset-context.js';
import { DownloadProgress } from './download/download-progress.js';
import type { DownloadOrder, PartWork } from './download/part-download.js';

/** Puts the units of one part into its folder; resolves to how many there are. */
export type PartDownloader = (order: DownloadOrder) => Promise<number>;

const PARALLEL_UNITS = 10;

/** A part of the data set, before anything of it was fetched. */
interface Part {
  /** Absent when the data set has none. */
  readonly split?: string;
  readonly filters: Readonly<Record<string, unknown>>;
  readonly units: PagedResults<DataUnit>;
}

/** Downloads a data collection into a folder that appears when it is whole. */
export class DownloadStep extends BaseStep<DatasetContext> {
  override readonly name = 'download';
  override readonly progressWeight = 0.8;
  readonly #download: PartDownloader;

  constructor(download: PartDownloader) {
    super();
    this.#download = download;
  }

  override async execute(context: DatasetContext): Promise<StepResult> {
    const { params, runtimeCtx } = context;
    const folder = folderOf(context);
    context.isCategorized = params.is_categorized || Object.keys(params.splits ?? {}).length > 0;
    context.setProgress(0, 100, 'init');
    const { client } = runtimeCtx;
    const id = params.dataset_id ?? 0;
    const collection = await client.getDataCollection(id, { signal: context.signal });
    const name = collection.name ?? null;
    context.log('download_start', { dataset_id: id, collection_name: name, is_categorized: context.isCategorized });
    context.setProgress(1, 100, 'init');
    context.setProgress(2, 100, 'fetch');
    const parts = this.#partsOf(context, id);
    await folder.begin();
    await this.#downloadParts(context, { collection, parts, folder: folder.unfinished });
    await folder.commit();
    Object.assign(context, { path: folder.target, format: `dm_${params.dm_version}` });
    context.log('download_complete', { path: folder.target, total_units: context.count });
    return StepResult.ok();
  }

  override async rollback(context: DatasetContext): Promise<void> {
    await discardClaimed(context);
  }

  #partsOf(context: DatasetContext, id: number): Part[] {
    const { splits } = context.params;
    const named = Object.entries(splits ?? {});
    const units = (filters: Record<string, unknown>): PagedResults<DataUnit> =>
      context.runtimeCtx.client.listDataUnits(
        { data_collection: id, ...(filters as object) },
        { signal: context.signal },
      );
    if (named.length === 0) return [{ filters: {}, units: units({}) }];
    return named.map(([split, filters]) => ({ split, filters, units: units(filters) }));
  }

  async #downloadParts(
    context: DatasetContext,
    { collection, parts, folder }: { collection: DataCollection; parts: readonly Part[]; folder: string },
  ): Promise<void> {
    // All parts are counted before the first is fetched, so that progress is that of the whole; the pages read for it are used.
    const counts: number[] = [];
    for (const { units } of parts) counts.push(await units.count());
    const total = counts.reduce((sum, count) => sum + count, 0);
    const { Downloader } = await import('../../../resources/files/downloads/downloader.js');
    const downloader = new Downloader({
      privateAddresses: reachableHosts(context.runtimeCtx),
      maxPerHost: PARALLEL_UNITS,
    });
    const progress = new DownloadProgress(context, total);
    const failures = new Failures(context);
    const work = workOf(context, { downloader, progress, failures });
    try {
      let sum = 0;
      for (const [index, { split, filters, units }] of parts.entries()) {
        context.log('data_units_listed', { total_count: counts[index] ?? 0 });
        const place = split === undefined ? folder : join(folder, split);
        const count = await this.#download({ collection, folder: place, filters, split, units, work });
        if (split !== undefined) context.log('split_downloaded', { split, count });
        sum += count;
      }
      Object.assign(context, { count: sum, failedCount: failures.count });
      failures.refuseAll(sum);
      progress.end();
    } finally {
      downloader.close();
    }
  }
}

function workOf(
  context: DatasetContext,
  parts: { downloader: Downloader; progress: DownloadProgress; failures: Failures },
): PartWork {
  const { downloader, progress, failures } = parts;
  return {
    ctx: context.runtimeCtx,
    signal: context.signal,
    downloader,
    parallel: PARALLEL_UNITS,
    onError: context.params.on_error ?? 'skip',
    progress,
    failed: (unit, error) => failures.add(unit, error),
  };
}

/** The units that were left out. */
class Failures {
  count = 0;
  #first = '';
  readonly #context: DatasetContext;

  constructor(context: DatasetContext) {
    this.#context = context;
  }

  add(unit: string, error: string): void {
    if (this.count === 0) this.#first = error;
    this.count += 1;
    const id = /^\d+$/.test(unit) ? Number(unit) : unit;
    this.#context.log('download_unit_error', { unit_id: id, error });
  }

  /** A download of which nothing came through has failed, whatever may be skipped. */
  refuseAll(succeeded: number): void {
    if (this.count === 0) return;
    if (succeeded === 0) throw new DownloadFailedError(this.count, this.#first);
    this.#context.runtimeCtx.logMessage(`${this.count} data units could not be downloaded and are missing.`, 'warning');
  }
}

function folderOf(context: DatasetContext): ClaimedFolder {
  const { params, runtimeCtx } = context;
  const path = resolve(params.output_dir ?? join(runtimeCtx.workDir, 'datasets', String(params.dataset_id)));
  return new ClaimedFolder(path, context);
}

/** @throws {@link ParamsInvalidError} for params that no download can do with. */
export function checkDownload(action: string, { dataset_id, splits }: DatasetContext['params']): void {
  const refuse = (path: string, message: string): never => {
    throw new ParamsInvalidError(action, [{ path, message }]);
  };
  if (dataset_id === undefined || dataset_id === null)
    refuse('dataset_id', 'must name the data collection to download');
  for (const [split, filters] of Object.entries(splits ?? {})) {
    const isName = !['', '.', '..', '.names'].includes(split) && !/[/\\\0]/.test(split);
    if (!isName) refuse('splits', `must have names of folders as its keys, not '${split}'`);
    if (typeof filters !== 'object' || filters === null) refuse(`splits.${split}`, 'must be an object of filters');
  }
}
