import { runInChild } from '../run-in-child.js';

jest.setTimeout(600_000);

const SEED = Number(process.env['SYNAPSE_TEST_SEED'] ?? 20_260_101);

/** Outside of jest, where a simulation takes a fifth of the time. */
const ALL = `
  import fc from 'fast-check';
  import * as api from './src/index.js';
  import * as testing from './src/interfaces/testing/index.js';
  import { arbitrarySchedule } from './test/schedules/arbitrary-schedule.js';
  import { runSchedule } from './test/schedules/run-schedule.js';
  export default async ({ seed, numRuns }) => {
    const ends = {};
    const property = fc.asyncProperty(arbitrarySchedule, async (schedule) => {
      const store = new api.MemoryRunStore({ isDurable: true, leaseMs: 1_000 });
      const { violations, status } = await runSchedule({ ...api, ...testing }, store, schedule);
      ends[status] = (ends[status] ?? 0) + 1;
      if (violations.length > 0) throw new Error(violations.join('; '));
    });
    await fc.assert(property, { numRuns, seed });
    return ends;
  }`;

describe('Ten thousand random schedules', () => {
  it('break no promise', async () => {
    const ends = await runInChild<Record<string, number>>(ALL, {
      input: { seed: SEED, numRuns: 10_000 },
      timeoutMs: 590_000,
    });

    expect(Object.values(ends).reduce((sum, count) => sum + count, 0)).toBe(10_000);
    for (const status of ['completed', 'failed', 'cancelled']) expect(ends[status]).toBeGreaterThan(1_000);
  });
});
