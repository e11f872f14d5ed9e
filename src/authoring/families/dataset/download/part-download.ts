import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LogLevel } from '../../../../foundation/config/enums.js';
import { messageOf, SynapseError } from '../../../../foundation/errors/synapse.error.js';
import type { DataUnit } from '../../../../resources/clients/backend/platform-records.js';
import type { Downloader } from '../../../../resources/files/downloads/downloader.js';
import type { RuntimeContext } from '../../../context/runtime-context.js';
import { forEachBounded } from '../../../../resources/storage/transfer/for-each-bounded.js';
import { NameBook } from './name-book.js';
import { UnitDownload } from './unit-download.js';
import { idOf } from './unit-files.js';

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
  /** The data units, as they come. */
  readonly units: AsyncIterable<DataUnit>;
  /** What the work is told by and to. */
  readonly work: PartWork;
}

/** What all parts of a download have in common. */
export interface PartWork {
  readonly ctx: RuntimeContext;
  readonly signal: AbortSignal;
  readonly downloader: Downloader;
  /** Most units at the same time. */
  readonly parallel: number;
  /** Whether a unit that fails ends the download, or is reported and left out. */
  readonly onError: 'skip' | 'fail';
  readonly progress: { listed(): void; done(): void };
  /** Told of each unit that was left out. */
  failed(unit: string, error: string): void;
}

/** Puts the units of an order into its folder, as DM: a document for each in `json`, its files in `original_files`. Resolves to how many there are. */
export async function downloadPart({ folder, units, work }: DownloadOrder): Promise<number> {
  const documents = join(folder, 'json');
  const originals = join(folder, 'original_files');
  const incoming = join(folder, '.incoming');
  for (const path of [documents, originals, incoming]) await mkdir(path, { recursive: true });
  const names = new NameBook(folder);
  const target = { documents, originals, incoming, names, downloader: work.downloader };
  let count = 0;
  await forEachBounded(units, { limit: work.parallel, signal: work.signal }, async (unit, signal) => {
    work.progress.listed();
    const download = new UnitDownload(unit, target);
    try {
      download.claim();
      await download.run(signal);
      if (download.missing.length > 0) warnOfMissing(work.ctx, unit, download.missing);
      count += 1;
    } catch (error) {
      await download.discard();
      if (signal.aborted || work.onError === 'fail' || isFatal(error)) throw error;
      work.failed(idOf(unit), messageOf(error));
    }
    work.progress.done();
  });
  await names.close();
  await rm(incoming, { recursive: true, force: true });
  return count;
}

/** A disk that takes nothing will take the next unit no better. */
function isFatal(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return (SynapseError.is(error) && code === 'SYN_FILE_WRITE') || code === 'ENOSPC' || code === 'EDQUOT';
}

function warnOfMissing(ctx: RuntimeContext, unit: DataUnit, files: readonly string[]): void {
  ctx.logger.log(LogLevel.Warning, 'download_file_missing', { unit_id: idOf(unit), files });
}
