import { BaseStep } from '../../../steps/base-step.js';
import { StepResult } from '../../../steps/step-result.js';
import { StepNotes } from '../../work/step-notes.js';
import { type UploadedUnit, uploadedUnits } from './planned-files.js';
import { UnitRegistration, UPLOAD_KEY, type UnitToMake } from './unit-registration.js';
import type { UploadRunContext } from './upload-run-context.js';

/** A batch that is about to be made, and then that it was. */
interface NotedBatch {
  readonly batch: number;
  /** Absent while nobody knows. */
  readonly ids?: readonly number[];
}

/** Makes the data units, a batch with each request. Done again, it goes on without making one twice; its undo removes them. */
export class RegisterUnitsStep extends BaseStep<UploadRunContext> {
  override readonly name = 'register';
  override readonly progressWeight = 0.18;

  override async execute(context: UploadRunContext): Promise<StepResult> {
    const notes = notesOf(context);
    const { made, begun } = await standOf(notes);
    const registration = new UnitRegistration(context);
    context.registeredCount = 0;
    let batch = 0;
    for await (const units of batchesOf(context)) {
      if (!made.has(batch)) {
        if (!begun.has(batch)) await notes.add({ batch });
        const wanted = units.map((unit) => unitOf(context, unit));
        const ids = await registration.make(wanted, begun.has(batch));
        made.set(batch, ids);
        await notes.add({ batch, ids });
      }
      batch += 1;
      context.registeredCount += units.length;
      context.setProgress(context.registeredCount, Math.max(context.unitCount, context.registeredCount));
      context.log('upload_units_registered', { registered: context.registeredCount, total: context.unitCount });
    }
    const rollbackData = { unit_ids: [...made.values()].flat() };
    return StepResult.ok({ units: context.registeredCount }, { rollbackData });
  }

  override async rollback(context: UploadRunContext, { rollbackData }: StepResult): Promise<void> {
    const { unit_ids: all } = rollbackData;
    const ids = Array.isArray(all) ? (all as number[]) : await madeSoFar(context);
    for (const id of new Set(ids)) await context.client.deleteDataUnit(id, { signal: context.signal });
    context.registeredCount = 0;
  }
}

/** Ids of the units that a step has made which did not end: those that are noted, and those that only the platform knows of. */
async function madeSoFar(context: UploadRunContext): Promise<number[]> {
  const { made, begun } = await standOf(notesOf(context));
  const ids = [...made.values()].flat();
  if (![...begun].some((batch) => !made.has(batch))) return ids;
  const prefix = `${context.runtimeCtx.runId}:`;
  const own = await new UnitRegistration(context).find({ has: (key) => key.startsWith(prefix) });
  return [...ids, ...own.values()];
}

function notesOf(context: UploadRunContext): StepNotes<NotedBatch> {
  return new StepNotes<NotedBatch>('units', context);
}

async function standOf(
  notes: StepNotes<NotedBatch>,
): Promise<{ made: Map<number, readonly number[]>; begun: Set<number> }> {
  const made = new Map<number, readonly number[]>();
  const begun = new Set<number>();
  for await (const { batch, ids } of notes.entries()) {
    begun.add(batch);
    if (ids) made.set(batch, ids);
  }
  return { made, begun };
}

async function* batchesOf(context: UploadRunContext): AsyncGenerator<UploadedUnit[]> {
  let batch: UploadedUnit[] = [];
  for await (const unit of uploadedUnits(context)) {
    batch.push(unit);
    if (batch.length < context.params.batch_size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function unitOf({ params, runtimeCtx }: UploadRunContext, { unit, files }: UploadedUnit): UnitToMake {
  const named = Object.entries(files).map(([slot, { checksum, path }]) => [slot, { checksum, path }]);
  return {
    data_collection: params.data_collection,
    files: Object.fromEntries(named) as UnitToMake['files'],
    meta: { ...unit.meta, [UPLOAD_KEY]: `${runtimeCtx.runId}:${unit.index}` },
  };
}
