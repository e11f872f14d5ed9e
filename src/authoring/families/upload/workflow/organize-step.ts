import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { LogLevel } from '../../../../foundation/config/enums.js';
import { BaseStep } from '../../../steps/base-step.js';
import { StepResult } from '../../../steps/step-result.js';
import { UploadPlace } from '../upload-params.js';
import { MetadataTable } from './metadata-table.js';
import { organizeUnits } from './organize-units.js';
import { type SourceFiles, sourceOf } from './source-files.js';
import { FoundUnits, type PlannedUnit } from './upload-plan.js';
import type { UploadRunContext } from './upload-run-context.js';

/** Finds out which files belong together, and what is known about them. */
export class OrganizeUploadStep extends BaseStep<UploadRunContext> {
  override readonly name = 'organize';
  override readonly progressWeight = 0.05;

  override async execute(context: UploadRunContext): Promise<StepResult> {
    await findUnits(context);
    context.log('upload_organized', { units: context.unitCount, files: context.fileCount });
    return StepResult.ok({ units: context.unitCount, files: context.fileCount });
  }
}

/** Writes the units of the source folder to a file of the run's folder. */
export async function findUnits(context: UploadRunContext): Promise<void> {
  const { signal, specifications, runtimeCtx, params } = context;
  const source = sourceOf(runtimeCtx, params);
  const tableKey = params.metadata ? tableKeyOf(context, params.metadata) : undefined;
  const table = params.metadata ? await readTable(context, source, tableKey ?? params.metadata) : undefined;
  const units = await organizeUnits({ files: source.list(signal), specifications, table, tableKey });
  Object.assign(context, { unitCount: 0, fileCount: 0 });
  await new FoundUnits(runtimeCtx).write(counted(context, units));
  const unused = table?.unused ?? [];
  if (unused.length === 0) return;
  const data = { count: unused.length, first: unused.slice(0, 5) };
  runtimeCtx.logger.log(LogLevel.Warning, 'upload_metadata_unused', data);
}

function* counted(context: UploadRunContext, units: Iterable<PlannedUnit>): Generator<PlannedUnit> {
  for (const unit of units) {
    context.unitCount += 1;
    context.fileCount += Object.keys(unit.files).length;
    yield unit;
  }
}

/** Where the table lies below the source folder; undefined where it lies elsewhere. */
function tableKeyOf({ params }: UploadRunContext, metadata: string): string | undefined {
  if (params.source === UploadPlace.Storage) return metadata;
  const inside = resolve(params.path, metadata);
  const path = existsSync(inside) ? inside : resolve(metadata);
  const key = relative(resolve(params.path), path);
  return key.startsWith('..') ? undefined : key.split(sep).join('/');
}

async function readTable(context: UploadRunContext, source: SourceFiles, key: string): Promise<MetadataTable> {
  const file = await source.fetch(tableKeyOf(context, key) ?? resolve(key), context.signal);
  try {
    return await MetadataTable.read(file.path, context.params.metadata_key);
  } finally {
    if (file.isCopy) await rm(dirname(file.path), { recursive: true, force: true });
  }
}
