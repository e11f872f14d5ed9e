import type { TestingModule } from '@nestjs/testing';
import { ReplayMismatchError } from '../../foundation/errors/replay.errors.js';
import type { RunOutcome } from '../../runtime/invocation/run-outcome.js';
import type { RunStore } from '../../runtime/run-store/run-store.interface.js';
import { PluginRunner } from '../../runtime/runner/plugin-runner.service.js';
import type { RunHandle } from '../../runtime/runner/run-handle.js';
import { ReplayLedger } from './replay-ledger.js';
import { ReplayingRunStore } from './replaying-run-store.js';

/** Runs an action in one "process" after the other: each dies when a step, or an undo, has ended for the first time. */
export class AlwaysReplay {
  readonly #store: RunStore;
  readonly #startGraph: (store: RunStore) => Promise<TestingModule>;
  readonly #ledger = new ReplayLedger();
  readonly #processes: ReplayingRunStore[] = [];
  readonly #graphs: TestingModule[] = [];

  /** @param startGraph - Starts an application with nothing in it that an earlier one has had. */
  constructor(store: RunStore, startGraph: (store: RunStore) => Promise<TestingModule>) {
    this.#store = store;
    this.#startGraph = startGraph;
  }

  /** The store as one more process sees it. */
  newProcess(): ReplayingRunStore {
    const process = new ReplayingRunStore(this.#store, this.#ledger);
    this.#processes.push(process);
    return process;
  }

  /** Takes the run over whenever its process dies; resolves to how it ends. */
  async finish(started: RunHandle): Promise<RunOutcome> {
    let outcome = started.outcome();
    for (;;) {
      const death = this.#processes.at(-1)?.death;
      const ended = await (death ? Promise.race([outcome, death]) : outcome);
      if (ended) return this.#judged(ended);
      outcome = (await this.#goOnWith(started.id)).outcome();
    }
  }

  async close(): Promise<void> {
    for (const process of this.#processes) process.release();
    for (const graph of this.#graphs) await graph.close();
  }

  async #goOnWith(runId: string): Promise<RunHandle> {
    const { epoch = 0 } = (await this.#store.get(runId)) ?? {};
    await this.#store.renew(runId, epoch, 0);
    const graph = await this.#startGraph(this.newProcess());
    this.#graphs.push(graph);
    return graph.get(PluginRunner, { strict: false }).resume(runId);
  }

  #judged(outcome: RunOutcome): RunOutcome {
    const differences = this.#ledger.takeDifferences();
    return differences.length > 0 ? { status: 'failed', error: new ReplayMismatchError(differences) } : outcome;
  }
}
