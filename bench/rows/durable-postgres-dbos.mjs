import { PostgresRunStore } from '../../dist/index.js';
import { dbosWorkflow } from '../baselines/dbos.mjs';
import { durableHost } from '../lib/durable-host.mjs';
import { FILES } from '../lib/durable-step.mjs';
import { startPostgres } from '../lib/postgres.mjs';

const STEPS = 10;
const RUNS_A_ROUND = 15;

/** Milliseconds a step, of runs one after the other. */
async function timeOfStep(run) {
  const startedAt = performance.now();
  for (let count = 0; count < RUNS_A_ROUND; count++) await run();
  return (performance.now() - startedAt) / (RUNS_A_ROUND * STEPS);
}

/** A durable step beside that of another engine, on the same server in the same run: at most half of its time. */
export default {
  id: 'durable-postgres-dbos',
  case: 'a step, of runs of 10',
  reach: 0.5,
  baseline: 'dbos',
  rounds: 9,
  setup: async () => {
    const server = await startPostgres();
    try {
      const store = new PostgresRunStore({ url: server.url() });
      const host = await durableHost(store, STEPS);
      const other = await dbosWorkflow(server.url('dbos'), STEPS, { uploaded: FILES.length, urls: FILES });
      return { server, store, host, other };
    } catch (error) {
      await server.remove();
      throw error;
    }
  },
  ours: ({ host }) => timeOfStep(host.run),
  base: ({ other }) => timeOfStep(other.run),
  teardown: async ({ server, store, host, other }) => {
    await other.close();
    await host.close();
    await store.close();
    await server.remove();
  },
};
