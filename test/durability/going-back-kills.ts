import type { RunRecord } from '../../src/runtime/run-store/run-record.js';
import type { RunStore } from '../../src/runtime/run-store/run-store.interface.js';
import { AT_ONCE, inParallel, MOMENTS } from './kill-matrix.js';
import {
  faultsOfFailed,
  faultsOfRequests,
  faultsOfRuns,
  PATIENT_LEASE_MS,
  type PipelineKill,
} from './pipeline-kills.js';
import type { Victims, VictimSetting, VictimStore, WorldRequest } from './victims.js';

/** What disturbs a pipeline that goes back: its action's run is lost, or it is told to end while somebody goes on with it. */
export type Disturbance = 'stolen' | 'away' | 'looks' | 'sends';

/** A process that was killed after such a disturbance. */
export interface DisturbedKill extends PipelineKill {
  readonly disturbance: Disturbance;
}

/** What became of the processes that were killed, and of those that were not: how each pipeline ended, by what it was disturbed. */
export interface GoingBackReport {
  readonly kills: readonly DisturbedKill[];
  readonly unkilled: Readonly<Record<string, string>>;
}

/** Steps that are to be undone of a pipeline that was told to end at its second action, in that order. */
const UNDONE = ['send', 'enter', 'open'];

/**
 * Kills processes at every write that they make after a pipeline that goes back was disturbed, and has another process go on with all.
 */
export class GoingBackKills {
  constructor(
    private readonly victims: Victims,
    private readonly where: VictimStore,
    private readonly store: RunStore,
  ) {}

  async run(): Promise<GoingBackReport> {
    const kills = [
      ...(await this.#losses('stolen')),
      ...(await this.#losses('away')),
      ...(await this.#cancels('looks')),
      ...(await this.#cancels('sends')),
    ];
    const before = await this.#pipelines();
    const ids = [...before.values()].map(({ id }) => id);
    await this.#victim('finish', { ids }).ended;
    const runs = await this.#pipelines();
    const requests = this.victims.requests();
    const reports = kills.map(async (kill) => {
      const run = runs.get(nameOf(kill));
      return { ...kill, run, faults: run ? await this.#faultsOf(kill, run, requests) : ['is gone'] };
    });
    return { kills: await Promise.all(reports), unkilled: endsOf(before) };
  }

  /** Of pipelines that fail at their last action, and lose the run of the one before while it is undone. */
  async #losses(loss: 'stolen' | 'away'): Promise<DisturbedKill[]> {
    const settingOf = (crash: string): VictimSetting => ({
      loss,
      params: { crash: nameOf({ crash, disturbance: loss }), fails: true },
    });
    const { lines } = await this.#victim('pipeline', settingOf('never')).ended;
    const lostAt = numberIn(/lost (\d+)/, lines);
    return inParallel(crashesOf(loss, lostAt + 1, writesIn(lines)), AT_ONCE, async (crash) => {
      const { signal } = await this.#victim('pipeline', { ...settingOf(crash), crash }).ended;
      return { crash, signal, disturbance: loss, faults: [] };
    });
  }

  /** Of pipelines whose process has died in their second action, and that are told to end while another one goes on with them. */
  async #cancels(when: 'looks' | 'sends'): Promise<DisturbedKill[]> {
    const [first = ''] = await this.#hung(when, ['never']);
    const { lines } = await this.#victim('cancel', { id: first, when }).ended;
    const crashes = crashesOf(when, 1, writesIn(lines));
    const ids = await this.#hung(when, crashes);
    return inParallel([...crashes.entries()], AT_ONCE, async ([index, crash]) => {
      const { signal } = await this.#victim('cancel', { id: ids[index], when, crash }).ended;
      return { crash, signal, disturbance: when, faults: [] };
    });
  }

  /** Has one process begin them all, and kills it. */
  async #hung(disturbance: Disturbance, points: readonly string[]): Promise<readonly string[]> {
    const crashes = points.map((crash) => nameOf({ crash, disturbance }));
    const victim = this.#victim('hang', { crashes, params: { fails: false } });
    await victim.until((lines) => lines.includes('hanging'));
    victim.kill();
    await victim.ended;
    const runs = await this.#pipelines();
    return crashes.map((crash) => runs.get(crash)?.id ?? '');
  }

  /** By what they are to be disturbed and killed. */
  async #pipelines(): Promise<ReadonlyMap<string, RunRecord>> {
    const listed = await this.store.list({ action: 'pipeline:chain', limit: 1_000 });
    const runs = await Promise.all(listed.map(({ id }) => this.store.get(id)));
    return new Map(runs.flatMap((run) => (run ? [[(run.params as { crash: string }).crash, run]] : [])));
  }

  async #faultsOf(
    { disturbance }: DisturbedKill,
    run: RunRecord,
    requests: readonly WorldRequest[],
  ): Promise<readonly string[]> {
    if (disturbance === 'stolen' || disturbance === 'away') return faultsOfFailed(this.store, run, requests);
    const done = UNDONE.toReversed();
    // Who died before anything of its end was written leaves a run that goes on.
    const isBack = run.status !== 'completed';
    const ends = isBack
      ? [`pipeline:chain ${run.status} done`, 'mail cancelled done', 'ledger completed done']
      : ['pipeline:chain', 'settle', 'mail', 'ledger'].map((action) => `${action} completed undefined`);
    const effects = isBack ? { done, undone: UNDONE } : { done: [...done, 'pay'], undone: [] };
    return [...(await faultsOfRuns(this.store, run, ends)), ...faultsOfRequests(run, requests, effects)];
  }

  #victim(mode: 'pipeline' | 'hang' | 'cancel' | 'finish', setting: VictimSetting): ReturnType<Victims['spawn']> {
    return this.victims.spawn(mode, this.where, { leaseMs: PATIENT_LEASE_MS, ...setting });
  }
}

/** How pipelines ended whose processes were not killed, before anybody else went on with them. */
function endsOf(runs: ReadonlyMap<string, RunRecord>): Record<string, string> {
  const unkilled = [...runs].filter(([name]) => name.endsWith(' never'));
  return Object.fromEntries(
    unkilled.map(([name, { status, undo }]) => [name.replace(' never', ''), `${status} ${undo}`]),
  );
}

function nameOf({ crash, disturbance }: Pick<DisturbedKill, 'crash' | 'disturbance'>): string {
  return `${disturbance} ${crash}`;
}

function crashesOf(disturbance: Disturbance, first: number, last: number): string[] {
  const writes = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  return writes.flatMap((write) => momentsOf(disturbance).map((moment) => `${write}:${moment}`));
}

/** In the middle of a write as well, but for the two that differ from another one only in what is written. */
function momentsOf(disturbance: Disturbance): readonly string[] {
  return disturbance === 'stolen' || disturbance === 'looks' ? MOMENTS : ['before', 'after'];
}

function writesIn(lines: readonly string[]): number {
  return numberIn(/writes (\d+)/, lines);
}

function numberIn(pattern: RegExp, lines: readonly string[]): number {
  return Number(pattern.exec(lines.join('\n'))?.[1]);
}
