import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReportingValueError } from '../../foundation/errors/reporting.errors.js';
import { BackendListener } from './backend-listener.js';
import { BackendLogger, type BackendLoggerOptions } from './backend-logger.js';
import { EventFlusher } from './event-flusher.js';
import { LogLevel } from './log-level.js';
import { CollectingSink, RecordingBackend, until, upTo } from './reporting.fixture.js';
import { RunEventStream } from './run-event-stream.js';
import { RunLogger } from './run-logger.js';

function setUp(backend: RecordingBackend | null, options: BackendLoggerOptions = {}) {
  const troubles: string[] = [];
  const directory = mkdtempSync(join(tmpdir(), 'synapse-spec-'));
  const logger = new BackendLogger(backend, 'job-1', {
    directory,
    retryDelayMs: 1,
    maxRetryDelayMs: 2,
    onTrouble: (text) => troubles.push(text),
    ...options,
  });
  return { logger, troubles, directory };
}

const log = (logger: BackendLogger, event: string): void => logger.log(LogLevel.Info, event, {});

describe(BackendLogger, () => {
  it('never runs the platform on the stack of the action', async () => {
    const backend = new RecordingBackend();
    const { logger } = setUp(backend);
    log(logger, 'a');
    expect(backend.calls).toBe(0);
    await logger.finish();

    expect(backend.texts).toEqual(['a']);
  });

  it('D13: delivers each log exactly once and in order, through any pattern of failures', async () => {
    const backend = new RecordingBackend((call) => call % 3 === 1);
    const { logger, troubles } = setUp(backend);
    for (const index of upTo(30)) {
      log(logger, `e${index}`);
      if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await logger.finish();

    expect(backend.texts).toEqual(upTo(30).map((index) => `e${index}`));
    expect(new Set(backend.delivered.map(({ id }) => id)).size).toBe(30);
    expect(logger.undelivered).toBeUndefined();
    expect(troubles.length).toBeGreaterThan(0);
  });

  it('D14: publishes progress with the key of its phase', async () => {
    const backend = new RecordingBackend();
    const { logger } = setUp(backend);
    logger.setProgress(1, 2, 'load');
    logger.setProgress(1, 4);
    await logger.finish();

    expect(backend.delivered.map(({ text, key }) => [text, key])).toEqual([
      ['progress 50.0 running', 'load'],
      ['progress 25.0 running', null],
    ]);
  });

  it('tries progress that failed again, unless newer progress of the key has overtaken it', async () => {
    const backend = new RecordingBackend((call) => call <= 2);
    const { logger } = setUp(backend);
    logger.setProgress(1, 4, 'load');
    await until(() => backend.calls > 0);
    logger.setProgress(2, 4, 'load');
    logger.setProgress(1, 2, 'train');
    await logger.finish();

    expect(backend.texts).toEqual(['progress 50.0 running', 'progress 50.0 running']);
    expect(backend.delivered.map(({ key }) => key)).toEqual(['load', 'train']);
  });

  it('publishes only the newest of many metrics that wait', async () => {
    const backend = new RecordingBackend();
    const { logger } = setUp(backend);
    for (const index of upTo(100)) logger.setMetrics({ loss: index, [`m${index % 2}`]: index }, 'train');
    await logger.finish();

    expect(backend.texts).toEqual(['metrics {"train":{"loss":100,"m1":99,"m0":100}}']);
  });

  it('waits for an asynchronous acknowledgement before the next entry', async () => {
    let open = 0;
    class SlowBackend extends RecordingBackend {
      override async take(entry: Parameters<RecordingBackend['take']>[0]): Promise<void> {
        expect(++open).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        open--;
        await super.take(entry);
      }
    }
    const backend = new SlowBackend();
    const { logger } = setUp(backend);
    for (const index of upTo(5)) log(logger, `e${index}`);
    await logger.finish();

    expect(backend.texts).toEqual(['e1', 'e2', 'e3', 'e4', 'e5']);
  });

  it('repeats an entry with the same id when the platform does not answer in time', async () => {
    const ids: string[] = [];
    class HangingBackend extends RecordingBackend {
      override take(entry: Parameters<RecordingBackend['take']>[0]): void | Promise<void> {
        ids.push(entry.id);
        return ids.length === 1 ? new Promise(() => undefined) : super.take(entry);
      }
    }
    const { logger } = setUp(new HangingBackend(), { publishTimeoutMs: 5 });
    log(logger, 'a');
    await logger.finish();

    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  it('D13: writes what a dead platform did not take to a file at the end, and says so', async () => {
    const { logger, troubles, directory } = setUp(new RecordingBackend(() => true), { finishTimeoutMs: 20 });
    log(logger, 'a');
    logger.setProgress(1, 2, 'load');
    await logger.finish();

    const savedTo = logger.undelivered?.savedTo ?? '';
    expect(logger.undelivered?.count).toBe(2);
    expect(savedTo).toContain(directory);
    const lines = readFileSync(savedTo, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { kind: 'log', log: { event: 'a' } },
      { kind: 'progress', key: 'load', progress: { percent: 50 } },
    ]);
    expect(troubles.at(-1)).toContain(savedTo);
  });

  it('says that entries are lost when the disk refuses them as well', async () => {
    const { logger, troubles } = setUp(new RecordingBackend(() => true), {
      finishTimeoutMs: 10,
      directory: join(tmpdir(), 'synapse-spec-no-such-folder'),
    });
    log(logger, 'a');
    await logger.finish();

    expect(logger.undelivered).toEqual({ count: 1 });
    expect(troubles.at(-1)).toContain('lost');
  });

  it('puts an entry aside that the platform refuses for good, and delivers those behind it', async () => {
    class StrictBackend extends RecordingBackend {
      override take(entry: Parameters<RecordingBackend['take']>[0]): void | Promise<void> {
        if (entry.text === 'bad') throw new ReportingValueError('not this one');
        return super.take(entry);
      }
    }
    const backend = new StrictBackend();
    const { logger } = setUp(backend);
    for (const event of ['a', 'bad', 'b']) log(logger, event);
    await logger.finish();

    expect(backend.texts).toEqual(['a', 'b']);
    expect(logger.undelivered?.count).toBe(1);
  });

  it('keeps 20,000 logs for a platform that is away, most of them on disk, and delivers all in order', async () => {
    let isDown = true;
    const backend = new RecordingBackend(() => isDown);
    const { logger, directory } = setUp(backend, { maxMemoryItems: 100, maxRecentItems: 100 });
    for (const index of upTo(20_000)) log(logger, `e${index}`);
    expect(readdirSync(directory)).toHaveLength(1);
    isDown = false;
    await logger.finish();

    expect(backend.texts).toEqual(upTo(20_000).map((index) => `e${index}`));
    expect(readdirSync(directory)).toEqual([]);
  });

  it('keeps progress and metrics without a platform, and queues nothing', async () => {
    const { logger } = setUp(null);
    for (const index of upTo(100)) log(logger, `e${index}`);
    logger.setProgress(1, 2, 'load');
    logger.setMetrics({ a: 1 }, 'load');

    expect([logger.waiting, logger.getProgress('load')?.percent, logger.getMetrics()]).toEqual([
      0,
      50,
      { load: { a: 1 } },
    ]);
    await logger.finish();
  });
});

describe(BackendListener, () => {
  it('shows a run on a platform, and has delivered everything when the run has ended', async () => {
    const backend = new RecordingBackend();
    const stream = new RunEventStream({
      runId: 'r1',
      attempt: 1,
      sink: new CollectingSink(),
      flusher: new EventFlusher(),
    });
    stream.subscribe(new BackendListener(backend, 'job-1'));
    const logger = new RunLogger(stream);
    stream.emit('run.started', {});
    logger.setStep('load');
    logger.info('hello');
    logger.setProgress(1, 2);
    logger.setMetrics({ rows: 3 });
    logger.close('completed');
    void stream.close('run.completed', {});
    await stream.drained();

    expect(backend.delivered.map(({ text, key, id, jobId }) => [text, key, id, jobId])).toEqual([
      ['info', 'load', 'r1:2', 'job-1'],
      ['progress 50.0 running', 'load', 'r1:3', 'job-1'],
      ['metrics {"load":{"rows":3}}', null, 'r1:4', 'job-1'],
      ['progress 100.0 completed', null, 'r1:5', 'job-1'],
    ]);
  });
});
