import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatasetTargetError } from '../../../foundation/errors/dataset.errors.js';
import { reasonIn } from '../../../foundation/errors/synapse.error.js';
import { placeBeside, sweepBeside } from '../../files/places/leftovers.js';
import { isOrHolds } from '../../files/places/replace-guard.js';

/** File that every conversion leaves in the data set that it has made. */
export const REPORT_NAME = 'loss-report.json';

/** What to do where the target is there already. */
export interface TargetOptions {
  /** Puts the new one in place of a data set that is there. @defaultValue false */
  readonly overwrite?: boolean;
}

/**
 * A folder that is written beside its place and moved there when it is whole. A failure leaves nothing at the place;
 * of two processes that write one target, the second fails. What a process leaves that is killed meanwhile, the next write of the target removes.
 */
export class StagedTarget {
  readonly target: string;
  /** Where to write until {@link commit}. */
  readonly folder: string;
  readonly #isReplacing: boolean;

  /** @throws {@link DatasetTargetError} where the target has something in it, or cannot be written. */
  constructor(target: string, { overwrite = false }: TargetOptions = {}) {
    this.target = resolve(target);
    this.#isReplacing = overwrite;
    if (!overwrite && !isVacant(this.target)) throw occupied(this.target);
    this.folder = placeBeside(this.target);
    try {
      makeFolder(this.folder);
    } catch (error) {
      throw new DatasetTargetError(this.target, `${reasonIn(error)}. Choose a folder that can be written.`, error);
    }
  }

  /** Moves the folder to its place. */
  async commit(): Promise<void> {
    const old = placeBeside(this.target, 'replaced');
    if (this.#isReplacing && existsSync(this.target)) renameSync(this.target, old);
    try {
      renameSync(this.folder, this.target);
    } catch (error) {
      if (existsSync(old)) renameSync(old, this.target);
      throw occupied(this.target, error);
    }
    rmSync(old, { recursive: true, force: true });
    await sweepBeside(this.target);
  }

  /** Takes everything away that was written. */
  discard(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Makes a folder and those above it, one by one: where a file system refuses new folders, such as /proc, Node's own way never ends. */
function makeFolder(path: string): void {
  const missing = [path];
  for (let above = dirname(path); !existsSync(above); above = dirname(above)) missing.push(above);
  for (const one of missing.reverse()) {
    try {
      mkdirSync(one);
    } catch (error) {
      // Another conversion may have made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || one === path) throw error;
    }
  }
}

/** A place that a folder can be moved to: nothing, or a folder without anything in it. */
export function isVacant(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/**
 * Keeps a conversion from replacing what it converts.
 *
 * @throws {@link DatasetTargetError} where what stands at the target is the source, holds it, or is a part of it.
 */
export function refuseSourceAsTarget(source: string, target: string): void {
  if (isVacant(target)) return;
  const holdsSource = isOrHolds(target, source);
  // A data set that was converted into the folder of its source may be converted anew.
  const isOfSource = isOrHolds(source, target) && !existsSync(join(target, REPORT_NAME));
  if (!holdsSource && !isOfSource) return;
  const relation = holdsSource ? 'it is, or holds,' : 'it belongs to';
  throw new DatasetTargetError(target, `${relation} the data set that is to be converted. Choose another place.`);
}

function occupied(target: string, cause?: unknown): DatasetTargetError {
  return new DatasetTargetError(
    target,
    'something is there already. Choose another place, or overwrite it (--overwrite).',
    cause,
  );
}
