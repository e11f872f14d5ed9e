import { PostgresRunStore } from '../../dist/index.js';
import { rawCommits } from '../baselines/raw-commit.mjs';
import { durableHost } from '../lib/durable-host.mjs';
import { commitOf, recordOf } from '../lib/durable-step.mjs';
import { startPostgres } from '../lib/postgres.mjs';

const id = '01990000-0000-7000-8000-000000000001';
const AT_ONCE = 16;
const RUNS_A_ROUND = 320;
const COMMITS_A_ROUND = 1_600;

/** A private server with a store and a raw connection, or several. */
async function openBoth(connections = 1) {
  const server = await startPostgres();
  const store = new PostgresRunStore({ url: server.url(), maxConnections: connections });
  await store.open();
  return { server, store, raw: await rawCommits(server.url(), connections), seq: 0 };
}

async function closeBoth({ server, store, raw, host }) {
  await host?.close();
  await raw.close();
  await store.close();
  await server.remove();
}

/** Milliseconds that each of `count` calls takes of the whole time, `AT_ONCE` at a time. */
async function sharedTimeOf(count, work) {
  let left = count;
  const startedAt = performance.now();
  const workers = Array.from({ length: AT_ONCE }, async (_, worker) => {
    while (left-- > 0) await work(worker);
  });
  await Promise.all(workers);
  return (performance.now() - startedAt) / count;
}

/** One durable step, from the call until it would outlive the loss of power. */
const step = {
  id: 'durable-postgres',
  case: 'a step of 1 kB',
  reach: 1.3,
  baseline: 'raw-commit',
  iterations: 500,
  rounds: 15,
  setup: async () => {
    const context = await openBoth();
    await context.store.create(recordOf(id));
    return context;
  },
  ours: async (context) => {
    const outcome = await context.store.commit(id, 1, commitOf(id, ++context.seq));
    if (outcome !== 'committed') throw new Error(`the commit was refused: ${outcome}`);
  },
  base: (context) => context.raw.insert(JSON.stringify(commitOf(id, ++context.seq))),
  teardown: closeBoth,
};

/** A whole run: made, three steps, ended, heard by its caller. */
const run = {
  id: 'durable-postgres',
  case: 'a run of 3 steps of 1 kB',
  reach: 5,
  baseline: 'raw-commit',
  iterations: 200,
  // A host does this all day; all of what a run goes through is compiled after some thousands.
  warmUp: 4_000,
  // The time of a commit changes by half from second to second, and a round of the baseline is over in 60 ms.
  rounds: 31,
  setup: async () => {
    const context = await openBoth();
    return { ...context, host: await durableHost(context.store, 3) };
  },
  ours: ({ host }) => host.run(),
  base: (context) => context.raw.insert(JSON.stringify(commitOf(id, ++context.seq))),
  teardown: closeBoth,
};

/** Many runs at a time: the time of one, as its share of the whole. */
const sixteen = {
  id: 'durable-postgres-16',
  case: '16 runs of 3 steps at a time',
  reach: 6,
  baseline: 'raw-commit',
  rounds: 9,
  setup: async () => {
    const context = await openBoth(AT_ONCE);
    return { ...context, host: await durableHost(context.store, 3) };
  },
  ours: ({ host }) => sharedTimeOf(RUNS_A_ROUND, () => host.run()),
  base: ({ raw }) => sharedTimeOf(COMMITS_A_ROUND, (worker) => raw.insert(JSON.stringify(commitOf(id, 1)), worker)),
  teardown: closeBoth,
};

export default [step, run, sixteen];
