import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BaseStep } from '../../../steps/base-step.js';
import { StepResult } from '../../../steps/step-result.js';
import { forEachBounded } from '../../work/for-each-bounded.js';
import { type FileTarget, targetOf, type UploadedFile } from './file-targets.js';
import { type SourceFiles, sourceOf } from './source-files.js';
import { UploadLedger } from './upload-ledger.js';
import { type PlannedFile, UploadPlan } from './upload-plan.js';
import type { UploadRunContext } from './upload-run-context.js';

/** A file that was uploaded, and which it is. */
export interface LedgerFile extends UploadedFile {
  readonly unit: number;
  readonly slot: string;
}

/** Name of an uploaded file in the tables of this run. */
export function fileKey(unit: number, slot: string): string {
  return `${unit}/${slot}`;
}

/** The files that were uploaded so far. */
export function uploadedFilesOf(context: UploadRunContext): UploadLedger<LedgerFile> {
  return new UploadLedger<LedgerFile>(context.runtimeCtx, 'files');
}

interface FileWork {
  readonly unit: number;
  readonly slot: string;
  readonly file: PlannedFile;
}

/** Uploads the files, some at the same time, each checked by its digest. Done again, it goes on; its undo takes all of them away. */
export class UploadFilesStep extends BaseStep<UploadRunContext> {
  override readonly name = 'upload';
  override readonly progressWeight = 0.7;

  override async execute(context: UploadRunContext): Promise<StepResult> {
    const ledger = uploadedFilesOf(context);
    const done = new Set<string>();
    for await (const { unit, slot } of ledger.entries()) done.add(fileKey(unit, slot));
    const [source, target] = [sourceOf(context.runtimeCtx, context.params), targetOf(context)];
    context.uploadedCount = done.size;
    if (done.size > 0) context.log('upload_resumed', { uploaded: done.size, files: context.fileCount });
    ledger.open();
    try {
      const bounds = { limit: context.params.parallel, signal: context.signal };
      await forEachBounded(filesLeft(context, done), bounds, async ({ unit, slot, file }, signal) => {
        const uploaded = await uploadOne({ source, target }, file, signal);
        ledger.append({ unit, slot, ...uploaded });
        context.uploadedCount += 1;
        context.setProgress(context.uploadedCount, Math.max(context.fileCount, context.uploadedCount));
      });
      ledger.sync();
    } finally {
      ledger.close();
    }
    return StepResult.ok({ files: context.uploadedCount });
  }

  override async rollback(context: UploadRunContext): Promise<void> {
    await targetOf(context).remove(uploadedFilesOf(context).entries(), context.signal);
    context.uploadedCount = 0;
  }
}

async function* filesLeft(context: UploadRunContext, done: ReadonlySet<string>): AsyncGenerator<FileWork> {
  for await (const { index, files } of new UploadPlan(context.runtimeCtx, 'valid').units()) {
    for (const [slot, file] of Object.entries(files)) {
      if (!done.has(fileKey(index, slot))) yield { unit: index, slot, file };
    }
  }
}

async function uploadOne(
  { source, target }: { readonly source: SourceFiles; readonly target: FileTarget },
  { key }: PlannedFile,
  signal: AbortSignal,
): Promise<UploadedFile> {
  const { path, isCopy } = await source.fetch(key, signal);
  try {
    return await target.put({ key, path, signal });
  } finally {
    if (isCopy) await rm(dirname(path), { recursive: true, force: true });
  }
}
