import fc from 'fast-check';
import { arbitrarySchedule } from '../../../../test/schedules/arbitrary-schedule.js';
import { runSchedule } from '../../../../test/schedules/run-schedule.js';
import type { Safeguard } from '../../../../test/schedules/safeguards.js';
import type { Schedule, ScheduleOutcome } from '../../../../test/schedules/schedule.js';
import { StepResult } from '../../../authoring/steps/step-result.js';
import { MemoryRunStore } from '../../../runtime/run-store/memory-run-store.js';
import { DecoratedRunStore } from '../../../runtime/run-store/decorated-run-store.js';
import { inlineActions } from './inline-action.js';
import { SimulatedCluster } from './simulated-cluster.js';

const SCHEDULES = Number(process.env['SYNAPSE_TEST_SCHEDULES'] ?? 300);
const SEED = Number(process.env['SYNAPSE_TEST_SEED'] ?? 20_260_101);
const kit = { StepResult, SimulatedCluster, DecoratedRunStore, inlineActions };

jest.setTimeout(300_000);

const run = (schedule: Schedule, without?: Safeguard): Promise<ScheduleOutcome> =>
  runSchedule(kit, new MemoryRunStore({ isDurable: true, leaseMs: 1_000 }), schedule, without);

/** What is seen to go wrong without each of the safeguards. */
const NOTICED_BY: Readonly<Record<Safeguard, RegExp>> = {
  'epoch check': /a commit of epoch \d counts in epoch \d/,
  'undo order': /is undone before \w+, which came after it/,
  'next-step pointer': /the run is still running, although everything works again/,
  dedupe: /events have the numbers/,
  lease: /and both are well/,
};

describe('Under any schedule of crashes, blocks, cancels, late and lost answers', () => {
  it('a run ends or can be resumed, does each effect once or undoes it, and has events without a gap', async () => {
    const seen = new Map<string, number>();
    let takeovers = 0;
    await fc.assert(
      fc.asyncProperty(arbitrarySchedule, async (schedule) => {
        const { violations, status, epochs } = await run(schedule);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        if (epochs > 1) takeovers++;
        expect(violations).toEqual([]);
      }),
      { numRuns: SCHEDULES, seed: SEED },
    );

    // The schedules are worth something: they lead to every end, and to takeovers.
    expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(['cancelled', 'completed', 'failed']));
    expect(takeovers).toBeGreaterThan(SCHEDULES / 5);
  });

  it('the same schedule comes to the same', async () => {
    for (const schedule of fc.sample(arbitrarySchedule, { numRuns: 20, seed: SEED })) {
      expect(await run(schedule)).toEqual(await run(schedule));
    }
  });

  it.each(Object.entries(NOTICED_BY))('the absence of this safeguard is noticed: %s', async (safeguard, sign) => {
    let found: string | undefined;
    for (const schedule of fc.sample(arbitrarySchedule, { numRuns: 400, seed: SEED })) {
      const { violations } = await run(schedule, safeguard as Safeguard);
      found = violations.find((violation) => sign.test(violation));
      if (found !== undefined) break;
    }

    expect(found).toMatch(sign);
  });
});
