import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunStore } from './run-store.interface.js';
import { childOutcome } from '../../../test/run-in-child.js';
import { recordOf, seqsOf } from './run-store.fixture.js';
import { storedEventBatches } from './stored-events.js';

/** The class of a store that processes share, as a program imports it: its file from the project's folder. */
export interface SharedStoreClass {
  readonly name: string;
  readonly file: string;
}

/** What programs of several processes begin with: `openStore(options)`, and commits of steps. */
export function importsOf({ name, file }: SharedStoreClass): string {
  return `
  import { readdirSync, writeFileSync, writeSync } from 'node:fs';
  import { Worker } from 'node:worker_threads';
  import { currentOwner } from './src/runtime/run-store/run-owner.js';
  import { entryOf, eventsFrom, recordOf } from './src/runtime/run-store/run-store.fixture.js';
  import { ${name} } from '${file}';
  // Nobody goes on before all are there: what they do then, they do at the same time.
  const meet = ({ folder, count }) => {
    writeFileSync(folder + '/' + process.pid, '');
    while (readdirSync(folder).length < count);
  };
  const openStore = (options) => new ${name}(options);
  const commitOf = (id, attempt, seq) => ({
    entries: [entryOf(seq)],
    change: { progress: seq, next_steps: ['step_' + (seq + 1)] },
    events: eventsFrom(id, 2 * seq - 1, 2 * seq).map((event) => ({ ...event, attempt })),
  });
`;
}

/** Programs for processes that work on one store at the same time; each takes the options of the store as `store`. */
export function storePrograms(store: SharedStoreClass) {
  const imports = importsOf(store);
  return {
    /** Commits step after step of a run of its own, once the others of a meeting are there. */
    committer: `${imports}
  export default async ({ store: options, number, steps, meeting }) => {
    const store = openStore(options);
    if (meeting) meet(meeting);
    const { id } = recordOf(number);
    await store.create(recordOf(number, { epoch: 1, owner: currentOwner(), lease_expires_at: Date.now() + 60_000 }));
    const outcomes = {};
    for (let seq = 1; seq <= steps; seq++) {
      const outcome = await store.commit(id, 1, commitOf(id, 1, seq));
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    await store.close();
    return outcomes;
  }`,
    /** Claims every run there is, as a process of which nobody can know that it has ended; says which it got. */
    claimer: `${imports}
  export default async ({ store: options, runs, meeting }) => {
    const store = openStore(options);
    await store.open();
    meet(meeting);
    const won = [];
    const owner = { ...currentOwner(), host: 'elsewhere.invalid' };
    for (let number = 1; number <= runs; number++) {
      const outcome = await store.claim(recordOf(number).id, { owner, leaseMs: 60_000, now: Date.now() });
      if (outcome.claimed) won.push(number);
    }
    await store.close();
    return won;
  }`,
    /** Takes the run over and commits until another thread kills the process, at whatever instruction it is; says what was acknowledged. */
    victim: `${imports}
  // The pipe is full while the test is slow to read; its word must still be out before the next commit.
  const tell = (seq) => {
    for (;;) {
      try {
        return writeSync(1, seq + '\\n');
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
  };
  export default async ({ store: options, lifeMs }) => {
    const store = openStore(options);
    const { id } = recordOf(1);
    const { claimed, run } = await store.claim(id, { owner: currentOwner(), leaseMs: 60_000, now: Date.now() });
    if (!claimed) throw new Error('the run of a dead process was not to be had');
    let seq = (await store.journal(id)).length;
    new Worker('setTimeout(() => process.kill(process.pid, "SIGKILL"), require("node:worker_threads").workerData)', {
      eval: true,
      workerData: lifeMs,
    });
    for (;;) {
      seq++;
      const outcome = await store.commit(id, run.epoch, commitOf(id, run.attempt, seq));
      if (outcome !== 'committed') throw new Error(outcome);
      tell(seq);
      if (seq % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }`,
    /** Has the run until somebody takes it, and says what became of its commits and its renewal before and after. */
    late: `${imports}
  export default async ({ store: options, id }) => {
    const store = openStore(options);
    const { run } = await store.claim(id, { owner: { ...currentOwner(), host: 'elsewhere.invalid' }, leaseMs: 0, now: Date.now() });
    const before = await store.commit(id, run.epoch, commitOf(id, run.attempt, 1));
    while ((await store.get(id)).epoch === run.epoch) await new Promise((resolve) => setTimeout(resolve, 5));
    const answers = [before, await store.commit(id, run.epoch, commitOf(id, run.attempt, 2)), await store.renew(id, run.epoch, 9e15)];
    await store.close();
    return answers;
  }`,
  };
}

/** A process that commits to run 1 until it is killed. */
export interface KilledWriter {
  /** {@link storePrograms}' `victim`, and what it is started with. */
  readonly program: string;
  readonly input: { readonly store: object; readonly lifeMs: number };
  /** Steps that were there before. */
  readonly earlier: number;
}

/**
 * Has a writer die, and checks that nothing that it acknowledged is lost, and nothing is there by halves.
 *
 * @param open - A store of this process, asked for when the other one is gone.
 * @returns How many steps the run has now.
 */
export async function expectWholeAfterKill(
  { program, input, earlier }: KilledWriter,
  open: () => RunStore | Promise<RunStore>,
): Promise<number> {
  const { signal, stdout, error } = await childOutcome(program, { input });
  expect({ signal, error }).toEqual({ signal: 'SIGKILL', error: undefined });
  const acknowledged = Number(stdout.trim().split('\n').at(-1) || earlier);

  const store = await open();
  const { id } = recordOf(1);
  const steps = (await store.journal(id)).length;
  expect(steps === acknowledged || steps === acknowledged + 1).toBe(true); // killed between the commit and its word
  expect(seqsOf(await store.journal(id))).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
  expect(await storedSeqs(store, id)).toEqual(Array.from({ length: 2 * steps }, (_, index) => index + 1));
  if (steps > 0) expect(await store.get(id)).toMatchObject({ progress: steps, next_steps: [`step_${steps + 1}`] });
  expect(await store.get(id)).toMatchObject({ status: 'running' });
  return steps;
}

/** Where so many processes wait for each other. */
export interface Meeting {
  readonly folder: string;
  readonly count: number;
}

/** Does work with so many processes that begin at the same time. */
export async function together<T>(count: number, work: (meeting: Meeting) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'synapse-meeting-'));
  try {
    return await work({ folder, count });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function storedSeqs(store: RunStore, id: string): Promise<number[]> {
  const found: number[] = [];
  for await (const events of storedEventBatches(store, id)) found.push(...seqsOf(events));
  return found;
}
