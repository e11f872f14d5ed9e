import { BaseStep } from '../../../steps/base-step.js';
import { StepResult } from '../../../steps/step-result.js';
import { UnitRegistration, UPLOAD_KEY, type UnitToMake } from './unit-registration.js';
import { UploadLedger } from './upload-ledger.js';
import { type PlannedUnit, UploadPlan } from './upload-plan.js';
import type { UploadRunContext } from './upload-run-context.js';
import type { UploadedFile } from './file-targets.js';
import { fileKey, uploadedFilesOf } from './upload-step.js';

/** A batch that is about to be made, and then that it was. */
interface LedgerBatch {
  readonly batch: number;
  /** Absent while nobody knows. */
  readonly ids?: readonly number[];
}

/** Makes the data units, a batch with each request. Done again, it goes on without making one twice; its undo removes them. */
export class RegisterUnitsStep extends BaseStep<UploadRunContext> {
  override readonly name = 'register';
  override readonly progressWeight = 0.18;

  override async execute(context: UploadRunContext): Promise<StepResult> {
    const ledger = ledgerOf(context);
    const { made, begun } = await standOf(ledger);
    const files = new Map<string, UploadedFile>();
    for await (const file of uploadedFilesOf(context).entries()) files.set(fileKey(file.unit, file.slot), file);
    const registration = new UnitRegistration(context);
    context.registeredCount = 0;
    let batch = 0;
    ledger.open();
    try {
      for await (const units of batchesOf(context)) {
        if (!made.has(batch)) {
          if (!begun.has(batch)) ledger.append({ batch });
          const wanted = units.map((unit) => unitOf(context, unit, files));
          ledger.append({ batch, ids: await registration.make(wanted, begun.has(batch)) });
        }
        batch += 1;
        context.registeredCount += units.length;
        context.setProgress(context.registeredCount, Math.max(context.unitCount, context.registeredCount));
        context.log('upload_units_registered', { registered: context.registeredCount, total: context.unitCount });
      }
      ledger.sync();
    } finally {
      ledger.close();
    }
    return StepResult.ok({ units: context.registeredCount });
  }

  override async rollback(context: UploadRunContext): Promise<void> {
    const { made, begun } = await standOf(ledgerOf(context));
    const ids = [...made.values()].flat();
    const isInDoubt = [...begun].some((batch) => !made.has(batch));
    if (isInDoubt) {
      const prefix = `${context.runtimeCtx.runId}:`;
      const own = await new UnitRegistration(context).find({ has: (key) => key.startsWith(prefix) });
      ids.push(...own.values());
    }
    for (const id of new Set(ids)) await context.client.deleteDataUnit(id, { signal: context.signal });
    context.registeredCount = 0;
  }
}

function ledgerOf({ runtimeCtx }: UploadRunContext): UploadLedger<LedgerBatch> {
  return new UploadLedger<LedgerBatch>(runtimeCtx, 'units');
}

async function standOf(
  ledger: UploadLedger<LedgerBatch>,
): Promise<{ made: Map<number, readonly number[]>; begun: Set<number> }> {
  const made = new Map<number, readonly number[]>();
  const begun = new Set<number>();
  for await (const { batch, ids } of ledger.entries()) {
    begun.add(batch);
    if (ids) made.set(batch, ids);
  }
  return { made, begun };
}

async function* batchesOf({ runtimeCtx, params }: UploadRunContext): AsyncGenerator<PlannedUnit[]> {
  let batch: PlannedUnit[] = [];
  for await (const unit of new UploadPlan(runtimeCtx, 'valid').units()) {
    batch.push(unit);
    if (batch.length < params.batch_size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function unitOf(
  { params, runtimeCtx }: UploadRunContext,
  { index, files, meta }: PlannedUnit,
  uploaded: ReadonlyMap<string, UploadedFile>,
): UnitToMake {
  const named = Object.keys(files).map((slot) => {
    const { checksum, path } = uploaded.get(fileKey(index, slot)) ?? { checksum: '', path: '' };
    return [slot, { checksum, path }];
  });
  return {
    data_collection: params.data_collection,
    files: Object.fromEntries(named) as UnitToMake['files'],
    meta: { ...meta, [UPLOAD_KEY]: `${runtimeCtx.runId}:${index}` },
  };
}
