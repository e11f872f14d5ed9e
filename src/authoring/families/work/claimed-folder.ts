import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DatasetTargetError } from '../../../foundation/errors/dataset.errors.js';
import type { StepContext } from '../../steps/step-context.js';
import { StepNotes } from './step-notes.js';

/** A place that a step has found free. */
interface Claim {
  readonly target: string;
  readonly unfinished: string;
}

/**
 * A folder that a step makes: written beside its place, moved there when it is whole, and taken away again by the step's undo.
 *
 * Before the step begins, it notes with the run that there was nothing at the place. Whatever stands there when the step is done again after a crash, or
 * undone, from whatever host and folder, is therefore its own; a folder of somebody else is never touched.
 */
export class ClaimedFolder {
  readonly target: string;
  /** Where to write until {@link ClaimedFolder.commit}; empty at first. */
  readonly unfinished: string;
  readonly #notes: StepNotes<Claim>;

  constructor(target: string, context: Pick<StepContext, 'idempotencyKey' | 'runtimeCtx'>) {
    this.target = resolve(target);
    const name = createHash('sha256').update(`${context.idempotencyKey}\n${this.target}`).digest('hex').slice(0, 16);
    this.unfinished = join(dirname(this.target), `.${basename(this.target)}.${name}.partial`);
    this.#notes = claimsOf(context);
  }

  /**
   * Makes the place free for this step.
   *
   * @throws {@link DatasetTargetError} when there is something that another has put there.
   */
  async begin(): Promise<void> {
    await discardClaims(this.#notes);
    if (existsSync(this.target) && readdirSync(this.target).length > 0) {
      throw new DatasetTargetError(this.target, 'it has something in it already. Choose another folder, or empty it');
    }
    await this.#notes.add({ target: this.target, unfinished: this.unfinished });
    await mkdir(this.unfinished, { recursive: true });
  }

  async commit(): Promise<void> {
    await mkdir(dirname(this.target), { recursive: true });
    await rename(this.unfinished, this.target);
  }
}

/** Takes away the folders that the step at hand has made, wherever it was executed; nothing else. */
export function discardClaimed(context: Pick<StepContext, 'idempotencyKey' | 'runtimeCtx'>): Promise<void> {
  return discardClaims(claimsOf(context));
}

function claimsOf(context: Pick<StepContext, 'idempotencyKey' | 'runtimeCtx'>): StepNotes<Claim> {
  return new StepNotes<Claim>('claim', context);
}

async function discardClaims(notes: StepNotes<Claim>): Promise<void> {
  for await (const { target, unfinished } of notes.entries()) {
    for (const path of [unfinished, target]) await rm(path, { recursive: true, force: true });
  }
}
