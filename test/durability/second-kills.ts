import type { RunRecord } from '../../src/runtime/run-store/run-record.js';
import type { RunStore } from '../../src/runtime/run-store/run-store.interface.js';
import { AT_ONCE, inParallel, type KillPoint, MOMENTS } from './kill-matrix.js';
import { faultsOfRun } from './run-faults.js';
import type { Victims, VictimStore } from './victims.js';

/** The write at which the first owner dies: in the middle of its steps, or where it undoes them. */
const FIRST = { forward: '3:after', back: '10:after' };

/** A process that died while it went on with the run of another one that had died. */
export interface SecondKill extends KillPoint {
  readonly signal: NodeJS.Signals | null;
  readonly run: RunRecord | undefined;
  readonly faults: readonly string[];
}

/** Kills processes that go on with the runs of others, at every write that they make, and has a third one go on. */
export class SecondKills {
  constructor(
    private readonly victims: Victims,
    private readonly where: VictimStore,
    private readonly store: RunStore,
  ) {}

  async run(): Promise<readonly SecondKill[]> {
    const points: KillPoint[] = [];
    for (const fails of [false, true]) {
      const writes = await this.#writesOf(fails);
      for (let write = 1; write <= writes; write++)
        for (const moment of MOMENTS) points.push({ crash: `${write}:${moment}`, fails });
    }
    const killed = await inParallel(points, AT_ONCE, async (point) => {
      const id = await this.#interrupted(point);
      const { signal } = await this.victims.spawn('resume', this.where, { crash: point.crash, id }).ended;
      return { ...point, signal, id };
    });
    await this.#takeOver(killed.map(({ id }) => id));
    const requests = this.victims.requests();
    return Promise.all(
      killed.map(async ({ id, ...kill }) => {
        const run = await this.store.get(id);
        const faults = run ? await faultsOfRun(this.store, run, requests, kill.fails) : ['is gone'];
        return { ...kill, run, faults };
      }),
    );
  }

  /** How many writes a process makes that goes on with a run undisturbed. */
  async #writesOf(fails: boolean): Promise<number> {
    const id = await this.#interrupted({ crash: 'never', fails });
    const { lines } = await this.victims.spawn('resume', this.where, { id }).ended;
    return Number(/writes (\d+)/.exec(lines.join('\n'))?.[1]);
  }

  /** Starts a run and kills its process. */
  async #interrupted(point: KillPoint): Promise<string> {
    const params = { ...point, number: 2 };
    await this.victims.spawn('start', this.where, { crash: point.fails ? FIRST.back : FIRST.forward, params }).ended;
    const listed = await this.store.list({ limit: 1_000 });
    const runs = await Promise.all(listed.map(({ id }) => this.store.get(id)));
    const found = runs.find((run) => {
      const { crash, fails } = run?.params as KillPoint;
      return crash === point.crash && fails === point.fails;
    });
    return found?.id ?? '';
  }

  async #takeOver(ids: readonly string[]): Promise<void> {
    const taker = this.victims.spawn('take', this.where);
    await taker.until((lines) => lines.includes('ready'));
    for (const id of ids) {
      await taker.until(async () => {
        const run = await this.store.get(id);
        return run?.ended_at !== undefined && run.undo !== 'pending';
      });
    }
    await taker.dismiss();
  }
}
