import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BaseStep } from '../../../steps/base-step.js';
import { StepResult } from '../../../steps/step-result.js';
import { forEachBounded } from '../../../../resources/storage/transfer/for-each-bounded.js';
import { packLines, unpackLines } from '../../work/packed-lines.js';
import { StepNotes } from '../../work/step-notes.js';
import { type DoubtfulFile, type FileTarget, targetOf, type UploadedFile } from './file-targets.js';
import { filesLeft, type FileWork, type UploadedEntry } from './planned-files.js';
import { type SourceFiles, sourceOf } from './source-files.js';
import { FILES_DATA } from './upload-plan.js';
import type { UploadRunContext } from './upload-run-context.js';

/**
 * Uploads the files, some at the same time, each checked by its digest. Done again, it goes on; its undo takes all of them away.
 *
 * Each file is noted with the run as soon as it has arrived. What a crash leaves unsaid are the files that were under way: the first of those that are
 * not noted, at most as many as go at the same time.
 */
export class UploadFilesStep extends BaseStep<UploadRunContext> {
  override readonly name = 'upload';
  override readonly progressWeight = 0.7;

  override async execute(context: UploadRunContext): Promise<StepResult> {
    const notes = notesOf(context);
    const done = await doneOf(notes);
    const [source, target] = [sourceOf(context.runtimeCtx, context.params), targetOf(context)];
    context.uploadedCount = done.size;
    if (done.size > 0) context.log('upload_resumed', { uploaded: done.size, files: context.fileCount });
    const bounds = { limit: context.params.parallel, signal: context.signal };
    await forEachBounded(filesLeft(context, done), bounds, async (work, signal) => {
      const uploaded = await uploadOne({ source, target }, { ...doubtful(context, work), signal });
      await notes.add({ at: work.at, ...uploaded });
      context.uploadedCount += 1;
      context.setProgress(context.uploadedCount, Math.max(context.fileCount, context.uploadedCount));
    });
    const files = await packLines(await inOrder(notes));
    return StepResult.ok({ files: context.uploadedCount }, { rollbackData: { [FILES_DATA]: files } });
  }

  override async rollback(context: UploadRunContext, { rollbackData }: StepResult): Promise<void> {
    const target = targetOf(context);
    const packed = rollbackData[FILES_DATA];
    if (typeof packed === 'string') {
      await target.remove(unpackLines<UploadedEntry>(packed), context.signal);
    } else {
      const notes = notesOf(context);
      await target.remove(notes.entries(), context.signal);
      await target.removeDoubtful(underWay(context, await doneOf(notes)), context.signal);
    }
    context.uploadedCount = 0;
  }
}

function notesOf(context: UploadRunContext): StepNotes<UploadedEntry> {
  return new StepNotes<UploadedEntry>('files', context);
}

async function doneOf(notes: StepNotes<UploadedEntry>): Promise<Set<number>> {
  const done = new Set<number>();
  for await (const { at } of notes.entries()) done.add(at);
  return done;
}

/** The noted files in the order of the plan, each as the line that it becomes: texts take a third of what objects do. */
async function inOrder(notes: StepNotes<UploadedEntry>): Promise<Iterable<object>> {
  const lines: string[] = [];
  for await (const entry of notes.entries()) lines[entry.at] = JSON.stringify(entry);
  return (function* () {
    for (const line of lines) if (line !== undefined) yield JSON.parse(line) as UploadedEntry;
  })();
}

function doubtful({ idempotencyKey }: UploadRunContext, { at, file }: FileWork): DoubtfulFile {
  return { key: file.key, idempotencyKey: `${idempotencyKey}:${at}` };
}

/** Files are begun in the order of the plan: those that were begun and not noted come first of all that are not. */
async function* underWay(context: UploadRunContext, done: ReadonlySet<number>): AsyncGenerator<DoubtfulFile> {
  let count = 0;
  for await (const work of filesLeft(context, done)) {
    if (++count > context.params.parallel) return;
    yield doubtful(context, work);
  }
}

async function uploadOne(
  { source, target }: { readonly source: SourceFiles; readonly target: FileTarget },
  work: DoubtfulFile & { readonly signal: AbortSignal },
): Promise<UploadedFile> {
  const { path, isCopy } = await source.fetch(work.key, work.signal);
  try {
    return await target.put({ ...work, path });
  } finally {
    if (isCopy) await rm(dirname(path), { recursive: true, force: true });
  }
}
