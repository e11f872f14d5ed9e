import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LogLevel } from '../../../foundation/config/enums.js';
import { DatasetTargetError } from '../../../foundation/errors/dataset.errors.js';
import type { StepContext } from '../../steps/step-context.js';
import { identityOf, isStillThere } from './file-identity.js';
import { StepNotes } from './step-notes.js';

/** A place that a step has found free. */
interface Claim {
  readonly target: string;
  readonly unfinished: string;
  /** Of the folder that was about to be moved to the place; absent while nothing was. */
  readonly identity?: string;
}

type ClaimContext = Pick<StepContext, 'idempotencyKey' | 'runtimeCtx'>;

const NOT_EMPTY = 'it has something in it already. Choose another folder, or empty it';

/**
 * A folder that a step makes: written beside its place, moved there when it is whole, and taken away again by the step's undo.
 *
 * Where it is written has a name that nobody else uses, so whatever has that name is the step's own. A path alone says nothing of what stands at the
 * target: another host may have a disk of its own, and another run may have been faster. Before the move, the step therefore notes with the run which
 * folder it is, and later takes away that one only.
 */
export class ClaimedFolder {
  readonly target: string;
  /** Where to write until {@link ClaimedFolder.commit}; empty at first. */
  readonly unfinished: string;
  readonly #context: ClaimContext;
  readonly #notes: StepNotes<Claim>;

  constructor(target: string, context: ClaimContext) {
    this.target = resolve(target);
    const name = createHash('sha256').update(`${context.idempotencyKey}\n${this.target}`).digest('hex').slice(0, 16);
    this.unfinished = join(dirname(this.target), `.${basename(this.target)}.${name}.partial`);
    this.#context = context;
    this.#notes = claimsOf(context);
  }

  /**
   * Makes the place free for this step.
   *
   * @throws {@link DatasetTargetError} when there is something that another has put there.
   */
  async begin(): Promise<void> {
    await discardClaimed(this.#context);
    if (existsSync(this.target) && readdirSync(this.target).length > 0) {
      throw new DatasetTargetError(this.target, NOT_EMPTY);
    }
    await this.#notes.add({ target: this.target, unfinished: this.unfinished });
    await mkdir(this.unfinished, { recursive: true });
  }

  /** Moves the folder to its place. @throws {@link DatasetTargetError} when another has put something there meanwhile. */
  async commit(): Promise<void> {
    await mkdir(dirname(this.target), { recursive: true });
    const identity = await identityOf(this.unfinished);
    await this.#notes.add({ target: this.target, unfinished: this.unfinished, identity });
    try {
      await rename(this.unfinished, this.target);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      throw ['ENOTEMPTY', 'EEXIST'].includes(code) ? new DatasetTargetError(this.target, NOT_EMPTY, error) : error;
    }
  }
}

/** Takes away the folders that the step at hand has made, wherever it was executed; nothing else. */
export async function discardClaimed(context: ClaimContext): Promise<void> {
  const foreign = new Set<string>();
  for await (const { target, unfinished, identity } of claimsOf(context).entries()) {
    await rm(unfinished, { recursive: true, force: true });
    if (identity === undefined) continue;
    if (await isStillThere(target, identity)) {
      // Gone in one step: half of it must not be left at its place.
      await rename(target, unfinished);
      await rm(unfinished, { recursive: true, force: true });
      foreign.delete(target);
    } else if (existsSync(target)) {
      foreign.add(target);
    }
  }
  const { logger } = context.runtimeCtx;
  for (const path of foreign) logger.log(LogLevel.Warning, 'folder_of_others_kept', { path });
}

function claimsOf(context: ClaimContext): StepNotes<Claim> {
  return new StepNotes<Claim>('claim', context);
}
