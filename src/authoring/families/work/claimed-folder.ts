import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DatasetTargetError } from '../../../foundation/errors/dataset.errors.js';
import type { StepContext } from '../../steps/step-context.js';

/**
 * A folder that a step makes: written beside its place, moved there when it is whole, and taken away again by the step's undo.
 *
 * Before the step begins, it notes in the run's folder that there was nothing at the place. Whatever stands there when the step is done again after
 * a crash, or undone, is therefore its own; a folder of somebody else is never touched.
 */
export class ClaimedFolder {
  readonly target: string;
  /** Where to write until {@link ClaimedFolder.commit}; empty at first. */
  readonly unfinished: string;
  readonly #note: string;

  constructor(target: string, context: Pick<StepContext, 'idempotencyKey' | 'runtimeCtx'>) {
    this.target = resolve(target);
    const name = createHash('sha256').update(`${context.idempotencyKey}\n${this.target}`).digest('hex').slice(0, 16);
    this.unfinished = join(dirname(this.target), `.${basename(this.target)}.${name}.partial`);
    this.#note = join(context.runtimeCtx.workDir, `.claim-${name}`);
  }

  /**
   * Makes the place free for this step.
   *
   * @throws {@link DatasetTargetError} when there is something that another has put there.
   */
  async begin(): Promise<void> {
    await this.discard();
    if (existsSync(this.target) && readdirSync(this.target).length > 0) {
      throw new DatasetTargetError(this.target, 'it has something in it already. Choose another folder, or empty it');
    }
    await writeFile(this.#note, this.target);
    await mkdir(this.unfinished, { recursive: true });
  }

  async commit(): Promise<void> {
    await mkdir(dirname(this.target), { recursive: true });
    await rename(this.unfinished, this.target);
  }

  /** Takes away what this step has made; nothing else. */
  async discard(): Promise<void> {
    await rm(this.unfinished, { recursive: true, force: true });
    if (existsSync(this.#note)) await rm(this.target, { recursive: true, force: true });
  }
}
