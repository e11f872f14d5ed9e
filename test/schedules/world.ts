import type { MemoryRunStore, RunRecord } from '../../src/index.js';
import type { SimulatedProcess } from '../../src/interfaces/testing/index.js';

/** The steps by name, with the stage that each belongs to; those of a group have the same. */
export const STAGES: Readonly<Record<string, number>> = { reserve: 0, copy: 1, left: 2, right: 2, note: 3, pay: 4 };

interface Effect {
  readonly step: string;
  isDone: boolean;
  isUndone: boolean;
  undoFailures: number;
}

/**
 * What the steps act upon: a service that knows each request by its idempotency key, does it once, and never again once it was undone. It
 * watches what is asked of it, since from here every broken promise of the runtime can be seen.
 */
export class World {
  readonly violations: string[] = [];
  /** Processes whose lease may be over without their doing. */
  readonly troubled = new Set<SimulatedProcess>();
  readonly store: MemoryRunStore;
  #runId: string | undefined;
  readonly #effects = new Map<string, Effect>();
  readonly #inStep = new Map<string, SimulatedProcess>();

  constructor(store: MemoryRunStore) {
    this.store = store;
  }

  /** The one run of the simulation; undefined until there is one. */
  get runId(): string | undefined {
    return (this.#runId ??= this.store.list()[0]?.id);
  }

  get effects(): readonly Effect[] {
    return [...this.#effects.values()];
  }

  /** A process begins to execute a step. */
  entered(process: SimulatedProcess, step: string): void {
    const other = this.#inStep.get(step);
    if (other && other !== process && this.#isWell(other) && this.#isWell(process)) {
      this.broken(`${step} is executed by ${process.name} while ${other.name} executes it, and both are well`);
    }
    this.#inStep.set(step, process);
    if (this.#isOwner(process)) this.#refuseExecution(step);
    else this.broken(`${step} is begun by ${process.name}, which has lost the run`);
  }

  left(process: SimulatedProcess, step: string): void {
    if (this.#inStep.get(step) === process) this.#inStep.delete(step);
  }

  /** May come late: a step that does not end when it is told to is undone while it runs. */
  apply(key: string, step: string): void {
    const effect = this.#effectOf(key, step);
    if (!effect.isUndone) effect.isDone = true;
  }

  /** @throws when it is to fail this time. */
  undo(process: SimulatedProcess, key: string, step: string, failures: number): void {
    const effect = this.#effectOf(key, step);
    if (this.#isOwner(process)) this.#refuseUndo(step);
    if (effect.undoFailures++ < failures) throw new Error(`${step} cannot be undone now`);
    effect.isUndone = true;
  }

  broken(promise: string): void {
    this.violations.push(promise);
  }

  #refuseExecution(step: string): void {
    const journal = this.runId === undefined ? [] : this.store.journal(this.runId);
    if (journal.some(({ kind, name }) => kind === 'step' && name === step))
      this.broken(`${step} is executed again after its end was written`);
    if (journal.some(({ kind }) => kind === 'undo_started')) this.broken(`${step} is executed after undo began`);
    if (this.#record?.ended_at !== undefined) this.broken(`${step} is executed after the end of the run`);
  }

  #refuseUndo(step: string): void {
    const journal = this.runId === undefined ? [] : this.store.journal(this.runId);
    if (!journal.some(({ kind }) => kind === 'undo_started')) this.broken(`${step} is undone before that was written`);
    if (journal.some(({ kind, name, result }) => kind === 'undo' && name === step && (result as { ok: boolean }).ok)) {
      this.broken(`${step} is undone again`);
    }
    const stage = STAGES[step] ?? 0;
    const later = this.effects.find(
      (effect) => effect.isDone && !effect.isUndone && (STAGES[effect.step] ?? 0) > stage,
    );
    if (later) this.broken(`${step} is undone before ${later.step}, which came after it`);
  }

  /** One that is not may take itself for the owner a moment longer than it is: its commits are refused then. */
  #isWell(process: SimulatedProcess): boolean {
    return process.isAlive && !this.troubled.has(process);
  }

  get #record(): RunRecord | undefined {
    return this.runId === undefined ? undefined : this.store.get(this.runId);
  }

  #isOwner({ owner }: SimulatedProcess): boolean {
    return this.#record?.owner?.pid === owner.pid;
  }

  #effectOf(key: string, step: string): Effect {
    const known = this.#effects.get(key) ?? { step, isDone: false, isUndone: false, undoFailures: 0 };
    this.#effects.set(key, known);
    return known;
  }
}
