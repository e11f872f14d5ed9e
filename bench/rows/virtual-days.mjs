import { StepResult } from '../../dist/index.js';
import { inlineActions, SimulatedCluster } from '../../dist/interfaces/testing/index.js';

const HOUR_MS = 3_600_000;
const DAYS = 3;

/** Waits for a day, in hours, and then fails twice, with an hour before each further try. */
function dayOf(process, number) {
  let tries = 0;
  return {
    name: `day_${number}`,
    retry: { maxAttempts: 3, initialDelayMs: HOUR_MS, maxDelayMs: HOUR_MS, backoffFactor: 1 },
    async execute() {
      for (let hour = tries === 0 ? 2 : 24; hour < 24; hour++) await process.clock.sleep(HOUR_MS);
      return ++tries < 3 ? StepResult.fail('not yet') : StepResult.ok({ number });
    },
    rollback: () => undefined,
  };
}

/** A durable run of three days under the virtual clock, its lease renewed every five seconds of them: 51,840 times. */
export default {
  id: 'virtual-days',
  case: 'three days with waits and retries',
  unit: 'ms',
  reach: 100,
  rounds: 9,
  setup: async () => void (await threeDays()), // the first pays for compiling
  measure: threeDays,
};

async function threeDays() {
  const startedAt = performance.now();
  const steps = (process) => Array.from({ length: DAYS }, (_, index) => dayOf(process, index + 1));
  const cluster = new SimulatedCluster({
    leaseMs: 15_000,
    takeOverMs: 0,
    parts: (process) => inlineActions([{ name: 'days', steps: steps(process) }]),
  });
  const handle = await cluster.start().runner.run({ action: 'days' });
  const { status } = await cluster.time.until(handle.outcome());
  cluster.stop();
  const days = cluster.time.monotonicMs() / (24 * HOUR_MS);
  if (status !== 'completed' || days !== DAYS) throw new Error(`${status} after ${days} days`);
  return performance.now() - startedAt;
}
