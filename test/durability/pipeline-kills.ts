import { isTerminal, type RunEvent } from '../../src/authoring/reporting/run-event.js';
import type { RunRecord } from '../../src/runtime/run-store/run-record.js';
import type { RunStore } from '../../src/runtime/run-store/run-store.interface.js';
import { AT_ONCE, inParallel, MOMENTS } from './kill-matrix.js';
import type { Victims, VictimStore, WorldRequest } from './victims.js';

/** A busy machine may have a process lose its lease before it gets to the write at which it is to die. */
export const PATIENT_LEASE_MS = 60_000;
/** Steps that are to be undone, in that order. */
const UNDONE = ['pay', 'send', 'enter', 'open'];

/** A process that was killed while its pipeline went forward or back, and what became of the pipeline's run. */
export interface PipelineKill {
  readonly crash: string;
  readonly signal: NodeJS.Signals | null;
  /** Absent where the process died before there was a run. */
  readonly run?: RunRecord;
  /** What is wrong with it and its actions' runs; nothing should be. */
  readonly faults: readonly string[];
}

/** Kills processes at every write of a pipeline that fails and goes back, and has another process take the runs over. */
export class PipelineKills {
  constructor(
    private readonly victims: Victims,
    private readonly where: VictimStore,
    private readonly store: RunStore,
  ) {}

  async run(): Promise<readonly PipelineKill[]> {
    const writes = await this.#writes();
    const crashes = Array.from({ length: writes }, (_, index) =>
      MOMENTS.map((moment) => `${index + 1}:${moment}`),
    ).flat();
    const signals = await inParallel(crashes, AT_ONCE, async (crash) => {
      const params = { crash, fails: true };
      return (await this.victims.spawn('pipeline', this.where, { crash, params, leaseMs: PATIENT_LEASE_MS }).ended)
        .signal;
    });
    await this.#takeOver();
    const runs = await this.#pipelines();
    const requests = this.victims.requests();
    return Promise.all(
      crashes.map(async (crash, index) => {
        const signal = signals[index] ?? null;
        const run = runs.find(({ params }) => (params as { readonly crash: string }).crash === crash);
        return run
          ? { crash, signal, run, faults: await faultsOfFailed(this.store, run, requests) }
          : { crash, signal, faults: [] };
      }),
    );
  }

  async #writes(): Promise<number> {
    const params = { crash: 'never', fails: true };
    const { lines } = await this.victims.spawn('pipeline', this.where, { params, leaseMs: PATIENT_LEASE_MS }).ended;
    return Number(/writes (\d+)/.exec(lines.join('\n'))?.[1]);
  }

  /** By one process, which finds the leases of the dead ones over: it is on their host. */
  async #takeOver(): Promise<void> {
    const ids = (await this.#pipelines()).map(({ id }) => id);
    await inParallel(ids, AT_ONCE, async (id) => {
      const run = await this.store.get(id);
      if (run?.ended_at === undefined)
        await this.victims.spawn('resume', this.where, { id, leaseMs: PATIENT_LEASE_MS }).ended;
    });
  }

  async #pipelines(): Promise<readonly RunRecord[]> {
    const listed = await this.store.list({ action: 'pipeline:chain', limit: 1_000 });
    const runs = await Promise.all(listed.map(({ id }) => this.store.get(id)));
    return runs.filter((run) => run !== undefined);
  }
}

/** What is wrong with a pipeline that has failed at its last action, its actions' runs, and what was asked of the world for them. */
export async function faultsOfFailed(
  store: RunStore,
  run: RunRecord,
  requests: readonly WorldRequest[],
): Promise<readonly string[]> {
  const expected = ['pipeline:chain failed done', 'settle failed done', 'mail completed done', 'ledger completed done'];
  const faults = await faultsOfRuns(store, run, expected);
  return [...faults, ...faultsOfRequests(run, requests, { done: UNDONE.toReversed(), undone: UNDONE })];
}

/** @param expected - How the run and those of its actions are to have ended, the newest first. */
export async function faultsOfRuns(store: RunStore, run: RunRecord, expected: readonly string[]): Promise<string[]> {
  const children = await store.list({ parentId: run.id });
  const ends = [run, ...children].map(({ action, status, undo }) => `${action} ${status} ${undo}`);
  const faults = ends.join() === expected.join() ? [] : [`ended as ${ends.join()}`];
  for (const { id } of [run, ...children]) faults.push(...faultsOfEvents(await store.events(id)));
  return faults;
}

/** @param expected - Which steps are to have had their effect, and which it was taken back of, in that order. */
export function faultsOfRequests(
  run: RunRecord,
  requests: readonly WorldRequest[],
  expected: { readonly done: readonly string[]; readonly undone: readonly string[] },
): string[] {
  const own = requests.filter(({ key }) => key.startsWith(run.id));
  const faults = own.flatMap(({ word, step }) => (word.startsWith('BROKEN') ? [`${step}: ${word}`] : []));
  for (const wanted of ['done', 'undone'] as const) {
    const found = own.flatMap(({ word, step }) => (word === wanted ? step : [])).join();
    if (found !== expected[wanted].join()) faults.push(`has ${wanted} ${found}`);
  }
  return faults;
}

/** The undo of a run that is over comes after its one end. */
function faultsOfEvents(events: readonly RunEvent[]): string[] {
  const ends = events.filter(({ type }) => isTerminal(type)).length;
  const hasGap = events.some(({ seq }, index) => seq !== index + 1);
  return [...(hasGap ? ['events with a gap'] : []), ...(ends === 1 ? [] : [`${ends} ends`])];
}
