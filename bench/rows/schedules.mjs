import fc from 'fast-check';
import * as api from '../../dist/index.js';
import * as testing from '../../dist/interfaces/testing/index.js';
import { loadTestSources } from '../lib/test-sources.mjs';

loadTestSources();
const { arbitrarySchedule } = await import('../../test/schedules/arbitrary-schedule.ts');
const { runSchedule } = await import('../../test/schedules/run-schedule.ts');

const kit = { ...api, ...testing };
const SCHEDULES = 10_000;

/** Ten thousand simulations of a run of six steps among three processes, each under a schedule of its own. Fails where a promise is broken. */
export default {
  id: 'schedules',
  case: '10,000 random schedules',
  unit: 'ms',
  reach: 60_000,
  rounds: 1,
  measure: async () => {
    const startedAt = performance.now();
    const property = fc.asyncProperty(arbitrarySchedule, async (schedule) => {
      const store = new api.MemoryRunStore({ isDurable: true, leaseMs: 1_000 });
      const { violations } = await runSchedule(kit, store, schedule);
      if (violations.length > 0) throw new Error(violations.join('; '));
    });
    await fc.assert(property, { numRuns: SCHEDULES, seed: Number(process.env.SYNAPSE_TEST_SEED ?? 20_260_101) });
    return performance.now() - startedAt;
  },
};
