import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteRunStore } from '../../dist/index.js';
import { rawInsert } from '../baselines/raw-insert.mjs';
import { durableHost } from '../lib/durable-host.mjs';
import { commitOf, recordOf } from '../lib/durable-step.mjs';

const id = '01990000-0000-7000-8000-000000000001';

const STEPS = 200;
const RUNS_A_ROUND = 10;

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'synapse-bench-'));
  const store = new SqliteRunStore({ path: join(folder, 'runs.sqlite') });
  await store.create(recordOf(id));
  return { folder, store, raw: rawInsert(store.path), seq: 0 };
}

function close({ folder, store, raw }) {
  raw.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
}

function insertRaw(context) {
  context.raw.insert(JSON.stringify(commitOf(id, ++context.seq)));
}

async function timeOf(work, count) {
  const startedAt = performance.now();
  for (let left = count; left > 0; left--) await work();
  return performance.now() - startedAt;
}

/** What is common to both: the baseline is one insert of the same bytes into the same file. */
const durable = { id: 'durable-sqlite', reach: 3, baseline: 'raw-insert', rounds: 9 };

/** The commit of a step, from the call until it would outlive kill -9. */
const commit = {
  ...durable,
  case: 'the commit of a step of 1 kB',
  iterations: 2_000,
  setup: open,
  ours: (context) => {
    const outcome = context.store.commit(id, 1, commitOf(id, ++context.seq));
    if (outcome !== 'committed') throw new Error(`the commit was refused: ${outcome}`);
  },
  base: insertRaw,
  teardown: close,
};

/** One more step of a run: executed, reported and durable. A run of one step is taken off a run of many. */
const step = {
  ...durable,
  case: 'one more step of a run',
  setup: async () => {
    const context = await open();
    return { ...context, long: await durableHost(context.store, STEPS), short: await durableHost(context.store, 1) };
  },
  ours: async ({ long, short }) =>
    ((await timeOf(long.run, RUNS_A_ROUND)) - (await timeOf(short.run, RUNS_A_ROUND))) / (RUNS_A_ROUND * (STEPS - 1)),
  base: async (context) => {
    const count = RUNS_A_ROUND * STEPS;
    return (await timeOf(() => insertRaw(context), count)) / count;
  },
  teardown: async (context) => {
    await context.long.close();
    await context.short.close();
    close(context);
  },
};

export default [commit, step];
