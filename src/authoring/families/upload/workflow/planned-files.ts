import type { StepContext } from '../../../steps/step-context.js';
import { unpackLines } from '../../work/packed-lines.js';
import type { UploadedFile } from './file-targets.js';
import { FILES_DATA, packedOf, type PlannedFile, plannedUnits, type PlannedUnit } from './upload-plan.js';

/** A file of the plan, and its place there. */
export interface FileWork {
  /** From 0, over all files of all units: what notes and keys call it. */
  readonly at: number;
  readonly file: PlannedFile;
}

/** A file that was uploaded, and which it is. */
export interface UploadedEntry extends UploadedFile {
  readonly at: number;
}

/** A unit with its files as they were uploaded, by the names of their specifications. */
export interface UploadedUnit {
  readonly unit: PlannedUnit;
  readonly files: Readonly<Record<string, UploadedFile>>;
}

/** The files of the plan that are not done, in its order. */
export async function* filesLeft(context: StepContext, done: ReadonlySet<number>): AsyncGenerator<FileWork> {
  let at = 0;
  for await (const { files } of plannedUnits(context)) {
    for (const file of Object.values(files)) {
      if (!done.has(at)) yield { at, file };
      at += 1;
    }
  }
}

/** The units of the plan with what their files have become: two lists in the same order, of which never more than one unit is held. */
export async function* uploadedUnits(context: StepContext): AsyncGenerator<UploadedUnit> {
  const uploaded = unpackLines<UploadedEntry>(packedOf(context, FILES_DATA, 'the files that were uploaded'));
  try {
    for await (const unit of plannedUnits(context)) {
      const files: Record<string, UploadedFile> = {};
      for (const slot of Object.keys(unit.files)) {
        const { value } = (await uploaded.next()) as IteratorResult<UploadedEntry, undefined>;
        if (value) files[slot] = value;
      }
      yield { unit, files };
    }
  } finally {
    await uploaded.return(undefined);
  }
}
