import { isTerminal, type RunEvent } from '../../src/authoring/reporting/run-event.js';
import type { RunRecord } from '../../src/runtime/run-store/run-record.js';
import type { RunStore } from '../../src/runtime/run-store/run-store.interface.js';
import { AT_ONCE, inParallel, MOMENTS } from './kill-matrix.js';
import type { Victims, VictimStore, WorldRequest } from './victims.js';

/** A busy machine may have a process lose its lease before it gets to the write at which it is to die. */
const PATIENT_LEASE_MS = 60_000;
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
          ? { crash, signal, run, faults: await this.#faultsOf(run, requests) }
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

  async #faultsOf(run: RunRecord, requests: readonly WorldRequest[]): Promise<readonly string[]> {
    const children = await this.store.list({ parentId: run.id });
    const ends = [run, ...children].map(({ action, status, undo }) => `${action} ${status} ${undo}`);
    const expected = [
      'pipeline:chain failed done',
      'settle failed done',
      'mail completed done',
      'ledger completed done',
    ];
    const faults = ends.join() === expected.join() ? [] : [`ended as ${ends.join()}`];
    for (const { id } of [run, ...children]) faults.push(...faultsOfEvents(await this.store.events(id)));
    const own = requests.filter(({ key }) => key.startsWith(run.id));
    const stepsWith = (wanted: string): string => own.flatMap(({ word, step }) => (word === wanted ? step : [])).join();
    for (const { word, step } of own) if (word.startsWith('BROKEN')) faults.push(`${step}: ${word}`);
    if (stepsWith('done') !== UNDONE.toReversed().join()) faults.push(`did ${stepsWith('done')}`);
    if (stepsWith('undone') !== UNDONE.join()) faults.push(`undid ${stepsWith('undone')}`);
    return faults;
  }
}

/** The undo of a run that is over comes after its one end. */
function faultsOfEvents(events: readonly RunEvent[]): string[] {
  const ends = events.filter(({ type }) => isTerminal(type)).length;
  const hasGap = events.some(({ seq }, index) => seq !== index + 1);
  return [...(hasGap ? ['events with a gap'] : []), ...(ends === 1 ? [] : [`${ends} ends`])];
}
