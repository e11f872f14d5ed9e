import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boundRun } from '../../context/run-binding.fixture.js';
import type { RunNotes } from '../../context/run-notes.interface.js';
import { RuntimeContext } from '../../context/runtime-context.js';

/** Notes of one run, for all of its attempts. */
class NotesInMemory implements RunNotes {
  readonly #kept: string[] = [];

  write(name: string, note: object): Promise<void> {
    this.#kept.push(JSON.stringify({ name, note }));
    return Promise.resolve();
  }

  async *read(wanted: string): AsyncGenerator<object> {
    for (const line of this.#kept) {
      const { name, note } = (await Promise.resolve(JSON.parse(line))) as { name: string; note: object };
      if (name === wanted) yield note;
    }
  }
}

/** An attempt of a run, on a host of its own. */
export interface NotedAttempt<P = unknown> {
  readonly idempotencyKey: string;
  readonly runtimeCtx: RuntimeContext<P>;
  /** The names of what it has warned of. */
  readonly warnings: () => unknown[];
}

/** A run whose step notes things, and as many attempts of it as a spec wants. */
export class NotedRun {
  readonly #folder = mkdtempSync(join(tmpdir(), 'noted-'));
  readonly #notes = new NotesInMemory();
  #attempts = 0;

  /** @param name - Names the run. */
  constructor(private readonly name: string) {}

  /** The next attempt, with nothing but the notes to go by. */
  attempt(): NotedAttempt;
  attempt<P>(params: P): NotedAttempt<P>;
  attempt(params: unknown = {}): NotedAttempt {
    const attempt = ++this.#attempts;
    const workDir = mkdtempSync(join(this.#folder, 'host-'));
    const known = { runId: this.name, idempotencyKey: this.name, attempt, workDir, notes: this.#notes };
    const { binding, reported } = boundRun(params, known);
    const warnings = (): unknown[] =>
      reported().events.flatMap(({ data }) => (data['level'] === 'warning' ? [data['event']] : []));
    return { idempotencyKey: `${this.name}:step`, runtimeCtx: new RuntimeContext(binding), warnings };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
