import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StepContextError } from '../../../../foundation/errors/family.errors.js';
import { readNdjson, writeNdjson } from '../../../../resources/files/records/row-files.js';
import type { RuntimeContext } from '../../../context/runtime-context.js';
import type { StepContext } from '../../../steps/step-context.js';
import { unpackLines } from '../../work/packed-lines.js';

/** A file of a unit before it is uploaded. */
export interface PlannedFile {
  /** Path below the source folder. */
  readonly key: string;
  readonly size: number;
}

/** A unit as its files were found. */
export interface PlannedUnit {
  /** From 0, in the order of names. */
  readonly index: number;
  /** What its files have in common. */
  readonly name: string;
  readonly files: Readonly<Record<string, PlannedFile>>;
  readonly meta: Readonly<Record<string, unknown>>;
  /** What is wrong with it; absent for a unit that can be uploaded. */
  readonly problems?: readonly string[];
}

/** The units that were found, in a file of the run's folder: their number costs no memory. Nothing is lost with it: they can be found again. */
export class FoundUnits {
  readonly #path: string;

  constructor({ workDir }: RuntimeContext) {
    this.#path = join(workDir, 'upload-found.ndjson');
  }

  get exist(): boolean {
    return existsSync(this.#path);
  }

  write(units: AsyncIterable<PlannedUnit> | Iterable<PlannedUnit>): Promise<void> {
    return writeNdjson(this.#path, units);
  }

  units(): AsyncIterable<PlannedUnit> {
    return readNdjson(this.#path) as AsyncIterable<PlannedUnit>;
  }
}

/** Under which names the results of steps keep what later ones need, also on another host. */
export const PLAN_DATA = 'upload_plan';
export const FILES_DATA = 'uploaded_files';

/** The units that are uploaded, as the result of the step that has looked at them keeps them: the same ones for every step, attempt and host. */
export function plannedUnits(context: StepContext): AsyncGenerator<PlannedUnit> {
  return unpackLines(packedOf(context, PLAN_DATA, 'the units that were validated'));
}

/** What a step before has packed. @throws {@link StepContextError} where none has. */
export function packedOf({ stepResults, currentStep }: StepContext, name: string, what: string): string {
  const packed = stepResults.findLast(({ rollbackData }) => name in rollbackData)?.rollbackData[name];
  if (typeof packed !== 'string') throw new StepContextError(currentStep ?? 'upload', `stepResults (${name})`, what);
  return packed;
}
