import { createHash } from 'node:crypto';
import { appendFileSync, createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeNdjson } from '../../../resources/files/records/row-files.js';
import type { StepContext } from '../../steps/step-context.js';
import { textLines } from './text-lines.js';

/**
 * What a step notes while it works: a journal learns of a step when it has ended, and what was made in between must be known to whoever does the step
 * again, or undoes it, after a crash, on whatever host.
 *
 * The truth lies with the run. A file in the run's folder holds the same for the attempt that writes it, so that what was noted is read without asking;
 * a later attempt trusts no file of an earlier one, since another host may have gone on meanwhile.
 */
export class StepNotes<T extends object> {
  readonly #context: Pick<StepContext, 'runtimeCtx'>;
  readonly #name: string;
  readonly #path: string;
  #restored: Promise<void> | undefined;

  /** @param topic - What is noted; with the step at hand, it makes the notes' name. */
  constructor(topic: string, context: Pick<StepContext, 'idempotencyKey' | 'runtimeCtx'>) {
    const { workDir, attempt } = context.runtimeCtx;
    const key = createHash('sha256').update(context.idempotencyKey).digest('hex').slice(0, 16);
    this.#context = context;
    this.#name = `${topic}-${key}`;
    this.#path = join(workDir, `.${this.#name}-${attempt}.ndjson`);
  }

  /** What was noted, in that order. */
  async *entries(): AsyncGenerator<T> {
    await this.#restore();
    if (!existsSync(this.#path)) return;
    for await (const line of textLines(createReadStream(this.#path, 'utf8') as AsyncIterable<string>)) {
      const entry = parsed<T>(line);
      if (entry) yield entry;
    }
  }

  /** What was noted last, if anything was. */
  async last(): Promise<T | undefined> {
    let last: T | undefined;
    for await (const entry of this.entries()) last = entry;
    return last;
  }

  /**
   * Kept with the run when it resolves. What the run does not take is known to this attempt only.
   *
   * @throws NoteSecretError, LeaseLostError as `ctx.notes.write`.
   */
  async add(note: T): Promise<void> {
    await this.#restore();
    appendFileSync(this.#path, `${JSON.stringify(note)}\n`, { mode: 0o600 });
    await this.#context.runtimeCtx.notes?.write(this.#name, note);
  }

  #restore(): Promise<void> {
    return (this.#restored ??= this.#readBack());
  }

  async #readBack(): Promise<void> {
    const { attempt, notes } = this.#context.runtimeCtx;
    if (attempt > 1 && notes && !existsSync(this.#path)) await writeNdjson(this.#path, notes.read(this.#name));
  }
}

/** A line that a full disk has cut off says nothing. */
function parsed<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T;
  } catch {
    return undefined;
  }
}
