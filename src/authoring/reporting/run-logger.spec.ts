import { EventFlusher } from './event-flusher.js';
import { LogLevel } from './log-level.js';
import { CollectingSink } from './reporting.fixture.js';
import type { RunEvent } from './run-event.js';
import { RunEventStream } from './run-event-stream.js';
import { RunLogger } from './run-logger.js';

function setUp() {
  let nowMs = 1_700_000_000_000;
  const flusher = new EventFlusher({ clock: { now: () => nowMs, monotonicMs: () => nowMs } });
  const sink = new CollectingSink();
  const stream = new RunEventStream({ runId: 'r1', attempt: 1, sink, flusher });
  const logger = new RunLogger(stream);
  return {
    logger,
    stream,
    /** Moves the clock and stores what was reported so far, so that nothing of it is coalesced. */
    wait(seconds = 0) {
      stream.flush();
      nowMs += seconds * 1000;
    },
    events(type: RunEvent['type']) {
      stream.flush();
      return sink.events.filter((event) => event.type === type).map((event) => event.data);
    },
  };
}

describe(RunLogger, () => {
  it('writes logs, metrics and progress as events of the run', () => {
    const { logger, events } = setUp();
    logger.log(LogLevel.Error, 'broken', { a: 1 }, { file: 'x.png' });
    logger.setMetrics({ loss: 1 }, 'train');
    logger.setProgress(1, 4, 'train');

    expect(events('log')).toEqual([{ event: 'broken', data: { a: 1 }, file: 'x.png', step: null, level: 'error' }]);
    expect(events('metrics')).toEqual([{ key: 'train', metrics: { loss: 1 } }]);
    expect(events('progress')).toEqual([
      {
        key: 'train',
        percent: 25,
        overall: 25,
        current: 1,
        total: 4,
        time_remaining: null,
        elapsed_time: 0,
        status: 'running',
      },
    ]);
  });

  it('D05: takes structured events with a level and a file, like every logger', () => {
    const { logger, events } = setUp();
    logger.log(LogLevel.Info, 'model_weights', { type: 'best' }, { file: 'best.pt', step: 'train' });

    expect(events('log')).toEqual([
      { event: 'model_weights', data: { type: 'best' }, file: 'best.pt', step: 'train', level: 'info' },
    ]);
  });

  it('D15: tags every log event with the step that is under way', () => {
    const { logger, events } = setUp();
    logger.info('before');
    logger.setStep('load');
    logger.info('during');
    logger.log(LogLevel.Info, 'other', {}, { step: 'elsewhere' });
    logger.setStep(null);
    logger.info('after');

    expect(events('log').map(({ step }) => step)).toEqual([null, 'load', 'elsewhere', null]);
  });

  it('D35: can still say what the framework has to say when the action finished its logger', () => {
    const { logger, events } = setUp();
    void logger.finish();
    logger.notice('The result breaks its class.');

    expect(events('log')).toMatchObject([{ level: 'warning', data: { message: 'The result breaks its class.' } }]);
    expect(() => logger.warning('late')).toThrow(expect.objectContaining({ code: 'SYN_LOGGER_FINISHED' }));
  });

  describe('D40: progress', () => {
    it('keeps the last percentage on a failure, which belongs to the current step', () => {
      const { logger, events, wait } = setUp();
      logger.setStep('train');
      logger.setProgress(1, 4);
      wait(2);
      logger.setProgressFailed();

      expect(events('progress').at(-1)).toMatchObject({
        key: 'train',
        percent: 25,
        elapsed_time: 2,
        time_remaining: null,
        status: 'failed',
      });
      expect(logger.getProgress('train')).toMatchObject({ percent: 25, status: 'failed' });
    });

    it('prefers the argument over the current step for a failure', () => {
      const { logger, events } = setUp();
      logger.setStep('train');
      logger.setProgressFailed('load');

      expect(events('progress')).toMatchObject([{ key: 'load', percent: 0, elapsed_time: null, status: 'failed' }]);
    });

    it('goes on after a failure', () => {
      const { logger, events, wait } = setUp();
      logger.setProgress(1, 4, 'train');
      logger.setProgressFailed('train');
      wait(1);
      logger.setProgress(2, 4, 'train');

      expect(events('progress').map(({ status }) => status)).toEqual(['running', 'failed', 'running']);
    });

    it('says 100 and completed only of a phase that is done', () => {
      const { logger, events, wait } = setUp();
      logger.setProgress(99_999, 100_000, 'train');
      wait();
      logger.setProgress(100_000, 100_000, 'train');

      expect(events('progress')).toMatchObject([
        { percent: 99.99, status: 'running' },
        { percent: 100, status: 'completed', time_remaining: 0 },
      ]);
    });

    it('estimates nothing from a single report', () => {
      const { logger, events, wait } = setUp();
      logger.setProgress(5, 10, 'train');
      wait(10);
      logger.setProgress(6, 10, 'train');

      expect(events('progress').map(({ time_remaining }) => time_remaining)).toEqual([null, 6.67]);
    });

    it('runs no finish hook twice', () => {
      const { logger, events } = setUp();
      logger.setProgress(1, 1);
      void logger.finish();
      logger.close('completed');
      logger.close('completed');

      expect(events('progress').filter(({ overall }) => overall === 100)).toHaveLength(1);
    });
  });

  it('reports an overall progress that never goes back and is 100 exactly once, at the end of a completed run', () => {
    const { logger, events, wait } = setUp();
    logger.declare({ load: 1, train: 3 });
    for (const [current, key] of [
      [5, 'load'],
      [10, 'load'],
      [0, 'load'],
      [5, 'train'],
      [10, 'train'],
      [10, 'load'],
    ] as const) {
      logger.setProgress(current, 10, key);
      wait();
    }
    logger.setProgressFailed('load');
    logger.close('completed');

    const overall = events('progress').map((data) => Number(data.overall));
    expect(overall).toEqual([12.5, 25, 25, 37.5, 75, 99.99, 99.99, 100]);
    expect(events('progress').at(-1)).toMatchObject({ key: null, percent: 100, status: 'completed' });
  });

  it.each(['failed', 'cancelled'] as const)('never says 100 of a run that %s', (status) => {
    const { logger, events } = setUp();
    logger.setProgress(10, 10);
    logger.close(status);

    expect(events('progress').map(({ overall }) => overall)).toEqual([99.99]);
  });

  it('adds no progress to a run that reported none', () => {
    const { logger, events } = setUp();
    logger.info('hello');
    logger.close('completed');

    expect(events('progress')).toEqual([]);
  });

  it('hands out metrics as copies', () => {
    const { logger, events } = setUp();
    const given = { loss: 1 };
    logger.setMetrics(given, 'train');
    given.loss = 2;
    logger.getMetrics('train').loss = 3;
    const [first] = events('metrics');
    logger.setMetrics({ accuracy: 1 }, 'train');

    expect(first).toEqual({ key: 'train', metrics: { loss: 1 } });
    expect(logger.getMetrics()).toEqual({ train: { loss: 1, accuracy: 1 } });
  });

  it('refuses every report after the end of the run, with a code and a cure', () => {
    const { logger, stream } = setUp();
    logger.close('completed');
    void stream.close('run.completed', {});
    const late = [
      () => logger.info('late'),
      () => logger.setProgress(1, 2),
      () => logger.setProgressFailed(),
      () => logger.setMetrics({ a: 1 }, 'train'),
    ];

    for (const report of late) {
      expect(report).toThrow(
        expect.objectContaining({ code: 'SYN_LOGGER_FINISHED', message: expect.stringContaining('await the work') }),
      );
    }
    logger.notice('late');
    expect(stream.ignoredAfterClose).toBe(1);
  });

  it.each([
    ['a list', [1], 'array'],
    ['a Map', new Map([['a', 1]]), 'Map'],
    ['null', null, 'null'],
    ['a text', 'x', 'string'],
    ['bytes', new Uint8Array(2), 'Uint8Array'],
  ])('refuses %s as data, whose names would be lost', (_case, data, type) => {
    const { logger } = setUp();

    expect(() => logger.log(LogLevel.Info, 'event', data as never)).toThrow(
      expect.objectContaining({ code: 'SYN_REPORTING_VALUE', details: { name: 'data', type } }),
    );
  });

  it.each([
    [Number.NaN, 5],
    [1, Number.NaN],
    [1, Infinity],
    ['1' as never, -1],
  ])('refuses progress of %p out of %p', (current, total) => {
    expect(() => setUp().logger.setProgress(current, total)).toThrow(
      expect.objectContaining({ code: 'SYN_REPORTING_VALUE' }),
    );
  });
});
