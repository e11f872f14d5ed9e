import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatasetTargetError } from '../../../foundation/errors/dataset.errors.js';

/** What to do where the target is there already. */
export interface TargetOptions {
  /** Puts the new one in place of a target that exists. @defaultValue false */
  readonly overwrite?: boolean;
}

/**
 * A folder that is written beside its place and moved there when it is whole. A failure leaves nothing at the place;
 * of two processes that write one target, the second fails.
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
    this.folder = join(dirname(this.target), `.${basename(this.target)}.partial-${randomBytes(4).toString('hex')}`);
    try {
      mkdirSync(this.folder, { recursive: true });
    } catch (error) {
      throw new DatasetTargetError(this.target, `${reasonOf(error)}. Choose a folder that can be written.`, error);
    }
  }

  /** Moves the folder to its place. */
  commit(): void {
    const old = `${this.folder}-old`;
    if (this.#isReplacing && existsSync(this.target)) renameSync(this.target, old);
    try {
      renameSync(this.folder, this.target);
    } catch (error) {
      if (existsSync(old)) renameSync(old, this.target);
      throw occupied(this.target, error);
    }
    rmSync(old, { recursive: true, force: true });
  }

  /** Takes everything away that was written. */
  discard(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A place that a folder can be moved to: nothing, or a folder without anything in it. */
function isVacant(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function occupied(target: string, cause?: unknown): DatasetTargetError {
  return new DatasetTargetError(
    target,
    'something is there already. Choose another place, or overwrite it (--overwrite).',
    cause,
  );
}

/** What the operating system said, as words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
    ? String(error.message)
    : String(error);
}
