import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readNdjson, writeNdjson } from '../../../../resources/files/records/row-files.js';
import type { RuntimeContext } from '../../../context/runtime-context.js';

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

/** The units of an upload, in a file of the run's folder: their number costs no memory, and a resumed run finds them as they were. */
export class UploadPlan {
  readonly #path: string;

  constructor({ workDir }: RuntimeContext, name: 'found' | 'valid') {
    this.#path = join(workDir, `upload-${name}.ndjson`);
  }

  get exists(): boolean {
    return existsSync(this.#path);
  }

  write(units: AsyncIterable<PlannedUnit> | Iterable<PlannedUnit>): Promise<void> {
    return writeNdjson(this.#path, units);
  }

  units(): AsyncIterable<PlannedUnit> {
    return readNdjson(this.#path) as AsyncIterable<PlannedUnit>;
  }
}
