import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../../../resources/files/places/write-atomically.js';
import type { StepContext } from '../../steps/step-context.js';

/**
 * What a step notes in the run's folder while it works: a journal learns of a step when it has ended, and what was made on the platform in between must
 * be known to whoever does the step again, or undoes it, after a crash.
 */
export class StepNotes<T extends object> {
  readonly #path: string;

  constructor(topic: string, { idempotencyKey, runtimeCtx }: Pick<StepContext, 'idempotencyKey' | 'runtimeCtx'>) {
    const key = createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 16);
    this.#path = join(runtimeCtx.workDir, `.${topic}-${key}.json`);
  }

  /** What was noted last, if anything was. */
  read(): T | undefined {
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8')) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** On the disk when it resolves. */
  write(notes: T): Promise<void> {
    return writeFileAtomically(this.#path, JSON.stringify(notes));
  }
}
