import type { RunRecord } from '../../src/runtime/run-store/run-record.js';
import type { RunStore } from '../../src/runtime/run-store/run-store.interface.js';
import { faultsOfRun } from './run-faults.js';
import type { Victims, VictimStore, WorldRequest } from './victims.js';

export const MOMENTS = ['before', 'torn', 'after'] as const;
/** Processes that execute runs at the same time. */
export const AT_ONCE = 3;
/** A busy machine may have a process lose its lease before it gets to the write at which it is to die. */
const MAX_TRIES = 20;
const PATIENT_LEASE_MS = 60_000;

/** A process that is to be killed: at which write of its run, and whether that run fails and is undone. */
export interface KillPoint {
  readonly crash: string;
  readonly fails: boolean;
}

/** A process that was killed, or was to be. */
export interface Kill extends KillPoint {
  /** From 1, of its point. */
  readonly number: number;
  readonly signal: NodeJS.Signals | null;
}

/** What became of one of them and its run. */
export interface KillReport extends Kill {
  /** Absent where the process died before there was a run. */
  readonly run?: RunRecord;
  /** What is wrong with it; nothing should be. */
  readonly faults: readonly string[];
}

/** Kills processes at every write of a run, has another process take the runs over, and looks at what has become of them. */
export class KillMatrix {
  constructor(
    private readonly victims: Victims,
    private readonly where: VictimStore,
    private readonly store: RunStore,
  ) {}

  /** How many writes an undisturbed run makes. */
  async writesOf(fails: boolean): Promise<number> {
    const params = { fails, crash: 'never' };
    const { lines } = await this.victims.spawn('start', this.where, { params, leaseMs: PATIENT_LEASE_MS }).ended;
    return Number(/writes (\d+)/.exec(lines.join('\n'))?.[1]);
  }

  async run(): Promise<readonly KillReport[]> {
    const taker = this.victims.spawn('take', this.where);
    await taker.until((lines) => lines.includes('ready'));
    const points: KillPoint[] = [];
    for (const fails of [false, true]) {
      const writes = await this.writesOf(fails);
      for (let write = 1; write <= writes; write++)
        for (const moment of MOMENTS) points.push({ crash: `${write}:${moment}`, fails });
    }
    const kills = (await inParallel(points, AT_ONCE, (point) => this.#kill(point))).flat();
    const runs = await this.#runs();
    const isOver = async ({ id }: RunRecord): Promise<boolean> => {
      const run = await this.store.get(id);
      return run?.ended_at !== undefined && run.undo !== 'pending';
    };
    for (const run of runs) await taker.until(() => isOver(run));
    await taker.dismiss();
    const ended = await this.#runs();
    const requests = this.victims.requests();
    return Promise.all(kills.map((kill) => this.#report(kill, { ended, requests })));
  }

  /** One process after the other, until one dies where it is to. */
  async #kill(point: KillPoint): Promise<readonly Kill[]> {
    const kills: Kill[] = [];
    for (let number = 1; number <= MAX_TRIES; number++) {
      const params = { ...point, number };
      const victim = this.victims.spawn('start', this.where, { crash: point.crash, params });
      const { signal, lines, stderr } = await victim.ended;
      kills.push({ ...params, signal });
      if (signal !== null || !/LEASE_LOST|RUN_OWNED/.test(`${lines.join()} ${stderr}`)) break;
    }
    return kills;
  }

  async #runs(): Promise<readonly RunRecord[]> {
    const listed = await this.store.list({ limit: 1_000 });
    const runs = await Promise.all(listed.map(({ id }) => this.store.get(id)));
    return runs.filter((run) => run !== undefined);
  }

  async #report(
    kill: Kill,
    { ended, requests }: { readonly ended: readonly RunRecord[]; readonly requests: readonly WorldRequest[] },
  ): Promise<KillReport> {
    const run = ended.find(({ params }) => {
      const { crash, fails, number } = params as Kill;
      return crash === kill.crash && fails === kill.fails && number === kill.number;
    });
    if (!run) return { ...kill, faults: [] };
    return { ...kill, run, faults: await faultsOfRun(this.store, run, requests, kill.fails) };
  }
}

/** Works on some at a time; resolves to what each came to, in their order. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
