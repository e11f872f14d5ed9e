import { StepResult } from '../../../authoring/steps/step-result.js';
import { LoggingStep } from '../../../authoring/steps/wrappers/logging-step.js';
import { TimingStep } from '../../../authoring/steps/wrappers/timing-step.js';
import { ValidationStep } from '../../../authoring/steps/wrappers/validation-step.js';
import { LEASE_MS, loggedStep, Race, RETRY_MS, type StepsOf } from './races.fixture.js';

const retry = { maxAttempts: 5, initialDelayMs: RETRY_MS, backoffFactor: 1 };
const busy = (): StepResult => StepResult.fail('busy');

/** A step that is done, and one that fails for as long as it is tried. */
const failing: StepsOf = (process, log) => [
  loggedStep(process, log, { name: 'reserve' }),
  loggedStep(process, log, { name: 'copy', retry, work: busy }),
];

/** Fails its first tries, by any process. */
const failingFirst =
  (times: number): StepsOf =>
  (process, log) => [
    loggedStep(process, log, { name: 'reserve' }),
    loggedStep(process, log, {
      name: 'copy',
      retry,
      work: () => (log.filter((line) => line.includes(': copy')).length > times ? StepResult.ok() : busy()),
    }),
  ];

const cancelledBy = (race: Race, number: number): void => {
  void race.run().then(({ id }) => race.process(number).runner.cancel(id, 'enough'));
};

describe('A race that workflow engines are known for', () => {
  describe('a step waiting for its retry is invoked again after undo began', () => {
    const afterUndo = (log: readonly string[]): readonly string[] =>
      log.slice(log.findIndex((line) => line.includes('undo'))).filter((line) => !line.includes('undo'));

    it('never, when the run is cancelled while it waits', async () => {
      const race = new Race(failing);
      await race.begin();
      await race.pass(RETRY_MS / 2);
      cancelledBy(race, 1);
      const run = await race.finish();

      expect(run).toMatchObject({ status: 'cancelled', undo: 'done' });
      expect(race.log).toEqual(['1: reserve at 0', '1: copy at 0', '1: undo copy at 200', '1: undo reserve at 200']);
    });

    it('never, when a step beside it fails while it waits', async () => {
      const race = new Race((process, log) => [
        [
          loggedStep(process, log, { name: 'copy', retry, work: busy }),
          loggedStep(process, log, {
            name: 'check',
            work: () => process.clock.sleep(100).then(() => StepResult.fail('wrong')),
          }),
        ],
      ]);
      await race.begin();

      expect(await race.finish()).toMatchObject({ status: 'failed', undo: 'done' });
      expect(race.log.filter((line) => line.includes(': copy'))).toEqual(['1: copy at 0']);
      expect(afterUndo(race.log)).toEqual([]);
    });

    it('never, when its process was blocked meanwhile and another one has undone the run', async () => {
      const race = new Race(failing);
      await race.begin();
      race.process(1).block(6 * LEASE_MS);
      cancelledBy(race, 2);
      const run = await race.finish();

      expect(run).toMatchObject({ status: 'cancelled', undo: 'done', epoch: 2 });
      expect(race.log.filter((line) => line.startsWith('1: '))).toEqual(['1: reserve at 0', '1: copy at 0']);
      expect(afterUndo(race.log)).toEqual([]);
    });
  });

  describe('a retry interval starts a step twice', () => {
    it('never, also when the process was blocked over several of them', async () => {
      const race = new Race(failingFirst(3));
      await race.begin();
      await race.pass(RETRY_MS - 1);
      race.process(1).block(LEASE_MS - RETRY_MS);

      expect(await race.finish()).toMatchObject({ status: 'completed', epoch: 1 });
      expect(race.log).toEqual([
        '1: reserve at 0',
        '1: copy at 0',
        '1: copy at 999',
        '1: copy at 1399',
        '1: copy at 1799',
      ]);
    });

    it('never, when the run is taken over while it waits: the one who waits finds that it was', async () => {
      const race = new Race(failingFirst(2));
      await race.begin();
      race.process(1).block(3 * LEASE_MS);

      expect(await race.finish()).toMatchObject({ status: 'completed', epoch: 2 });
      expect(race.log.map((line) => line.split(' at ')[0])).toEqual(['1: reserve', '1: copy', '2: copy', '2: copy']);
    });
  });

  describe('cancel races with rescheduling', () => {
    it.each([
      ['just before the retry is due', RETRY_MS - 1],
      ['when it is due', RETRY_MS],
      ['when its try has failed', RETRY_MS + 1],
    ])('%s: the run is cancelled, undone once, and nothing is tried afterwards', async (_when, atMs) => {
      const race = new Race(failing);
      race.cluster.time.after(atMs, () => cancelledBy(race, 1));
      await race.begin();
      const run = await race.finish();

      expect(run).toMatchObject({ status: 'cancelled', undo: 'done' });
      expect(race.log.filter((line) => line.includes(': copy')).length).toBeLessThanOrEqual(2);
      expect(race.log.slice(-2).map((line) => line.split(' at ')[0])).toEqual(['1: undo copy', '1: undo reserve']);
    });

    it('when another process asks for it, with a renewal of the lease in between', async () => {
      const race = new Race(failing);
      await race.begin();
      await race.pass(RETRY_MS - 1);
      cancelledBy(race, 2);
      const run = await race.finish();

      expect(run).toMatchObject({ status: 'cancelled', undo: 'done', epoch: 1 });
      expect(race.log.filter((line) => line.includes('undo'))).toHaveLength(2);
      expect((await race.events()).filter(({ type }) => type === 'run.cancelled')).toHaveLength(1);
    });
  });

  describe('a built-in step that is never undone', () => {
    it.each([
      ['the process that has executed it', false],
      ['another one, after a crash', true],
    ])('is undone, by %s', async (_who, isKilled) => {
      const race = new Race((process, log) => [
        new LoggingStep(loggedStep(process, log, { name: 'a' })),
        new TimingStep(new LoggingStep(loggedStep(process, log, { name: 'b' }))),
        new ValidationStep(() => [true, ''], 'c'),
        loggedStep(process, log, { name: 'd', work: () => process.clock.sleep(500).then(() => StepResult.fail('no')) }),
      ]);
      await race.begin();
      if (isKilled) race.process(1).kill();

      expect(await race.finish()).toMatchObject({ status: 'failed', undo: 'done', epoch: isKilled ? 2 : 1 });
      expect(race.log.filter((line) => line.includes('undo')).map((line) => line.split(' ')[2])).toEqual([
        'd',
        'b',
        'a',
      ]);
      expect(await race.told('c')).toContain('step.rolled_back');
    });
  });

  describe('an error hidden when retries remain', () => {
    it('is told with each try, and again when the run is cancelled before the next', async () => {
      const race = new Race(failing);
      await race.begin();
      await race.pass(RETRY_MS * 1.5);
      cancelledBy(race, 1);
      await race.finish();

      expect(await race.told('copy')).toEqual([
        'step.started',
        'step.retrying: busy',
        'step.started',
        'step.retrying: busy',
        'step.failed: busy',
        'step.rolled_back',
      ]);
    });

    it('is the error of the run at once where it is not worth another try', async () => {
      const race = new Race((process, log) => [
        loggedStep(process, log, {
          name: 'copy',
          retry: { ...retry, retryIf: ({ error }) => error !== 'disk full' },
          work: () => StepResult.fail('disk full'),
        }),
      ]);
      await race.begin();
      const run = await race.finish();

      expect(run).toMatchObject({ status: 'failed', error: { details: { reason: 'disk full' } } });
      expect(race.log).toEqual(['1: copy at 0', '1: undo copy at 0']);
    });

    it('is still known when the process dies before the next try', async () => {
      const race = new Race(failing);
      await race.begin();
      await race.pass(20);
      race.process(1).kill();
      const run = await race.finish();

      expect((await race.told('copy')).slice(0, 2)).toEqual(['step.started', 'step.retrying: busy']);
      expect(run).toMatchObject({ status: 'failed', error: { details: { reason: 'busy' } } });
    });
  });

  describe('a due retry consumed without running', () => {
    it.each([RETRY_MS - 1, RETRY_MS, RETRY_MS + 1])(
      'runs in another process when its own dies %d ms after the failure',
      async (atMs) => {
        const race = new Race(failingFirst(1));
        race.cluster.time.after(atMs, () => race.process(1).kill());
        await race.begin();

        expect(await race.finish()).toMatchObject({ status: 'completed' });
        expect(race.log.filter((line) => line.includes(': copy')).length).toBeGreaterThanOrEqual(2);
      },
    );

    it('runs when the store is away at that very time', async () => {
      const race = new Race(failingFirst(1), 1);
      await race.begin();
      await race.pass(RETRY_MS - 1);
      race.process(1).store.faults = () => ({ kind: 'error', isDone: false });
      await race.pass(300);
      race.process(1).store.faults = undefined;

      expect(await race.finish()).toMatchObject({ status: 'completed', epoch: 1 });
    });
  });

  describe('a dead machine that needs a hand', () => {
    it('needs none: whoever comes next goes on with its runs, days later too', async () => {
      const race = new Race(failingFirst(1), 1);
      await race.begin();
      race.process(1).kill();
      await race.pass(3 * 24 * 3_600_000);
      expect(await race.run()).toMatchObject({ status: 'running', epoch: 1 });
      race.cluster.start();

      expect(await race.finish()).toMatchObject({ status: 'completed', epoch: 2, attempt: 2 });
      expect(race.log.map((line) => line.split(' at ')[0])).toEqual(['1: reserve', '1: copy', '2: copy']);
    });

    it('that was asked to end it is undone by whoever comes next', async () => {
      const race = new Race(failing, 1);
      await race.begin();
      race.process(1).kill();
      const other = race.cluster.start();
      await other.runner.cancel((await race.run()).id, 'enough');
      const run = await race.finish();

      expect(run).toMatchObject({ status: 'cancelled', undo: 'done' });
      expect(race.log.slice(-2).map((line) => line.split(' at ')[0])).toEqual(['2: undo copy', '2: undo reserve']);
    });
  });
});
