import { BackendLogger } from '../../src/authoring/reporting/backend-logger.js';
import { LogLevel } from '../../src/authoring/reporting/log-level.js';
import { RecordingBackend, until } from '../../src/authoring/reporting/reporting.fixture.js';
import { recordedCase } from './recorded-case.js';

interface Row {
  readonly backend_calls_that_fail: number[];
  readonly ops: [string, ...unknown[]][];
  readonly delivered: string[];
  readonly still_queued: string[];
}

const { expected } = recordedCase<unknown, Row[]>('C27');

/** What is right where the original was wrong, as the case itself recommends: each log once, nothing left behind. */
const FIXED: Readonly<Record<string, string[]>> = { '[1,3]': ['e1', 'e2', 'e3'], '[1,2]': ['e1'] };

async function deliver({ backend_calls_that_fail, ops }: Row): Promise<{ backend: RecordingBackend; logger: BackendLogger }> {
  const backend = new RecordingBackend((call) => backend_calls_that_fail.includes(call));
  const logger = new BackendLogger(backend, 'job-1', { retryDelayMs: 1, onTrouble: () => undefined });
  for (const [name, first, second, third] of ops) {
    if (name === 'log') logger.log(LogLevel.Info, String(first), {});
    else if (name === 'progress') logger.setProgress(Number(first), Number(second), String(third));
    else if (name === 'metrics') logger.setMetrics(first as Record<string, unknown>, String(second));
    else if (name === 'failed') logger.setProgressFailed(String(first));
    else if (name === 'finish') await logger.finish();
    else throw new Error(`the recorded case does ${name}, which this test does not know`);
  }
  await until(() => logger.waiting === 0);
  return { backend, logger };
}

/** The original's texts come from its own JSON, which has a blank after each colon. */
const inOurJson = (text: string): string => text.replaceAll('": ', '":');

describe('C27: delivery to a platform', () => {
  const [success, ...failures] = expected;

  it('on the success path delivers exactly what the original did, in the same order', async () => {
    if (!success) throw new Error('the recorded case has no success path');
    const { backend } = await deliver(success);

    expect(success.backend_calls_that_fail).toEqual([]);
    expect(backend.texts).toEqual(success.delivered.map(inOurJson));
  });

  it('D14: carries the key of each phase with its progress (a fix)', async () => {
    const { backend } = await deliver(success as Row);

    expect(backend.delivered.filter(({ text }) => text.startsWith('progress')).map(({ key }) => key)).toEqual(['s', 't', 't']);
  });

  it.each(failures.map((row) => [JSON.stringify(row.backend_calls_that_fail), JSON.stringify(row.ops), row] as const))(
    'D13: with the calls %s failing, %s arrives, each log once',
    async (failing, _ops, row) => {
      const { backend, logger } = await deliver(row);
      const isFixed = row.still_queued.length > 0 || new Set(row.delivered).size < row.delivered.length;

      expect(backend.texts).toEqual((isFixed ? FIXED[failing] : undefined) ?? row.delivered);
      expect([logger.waiting, logger.undelivered]).toEqual([0, undefined]);
    },
  );
});
