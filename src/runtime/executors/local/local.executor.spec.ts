import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Matches, registerDecorator } from 'class-validator';
import type { RuntimeContext } from '../../../authoring/context/runtime-context.js';
import { RunCancelledError } from '../../../foundation/errors/run.errors.js';
import { NotConfiguredError } from '../../../foundation/errors/config.errors.js';
import { ParamsValidator } from '../../../foundation/schema/params.validator.js';
import { ResultValidator } from '../../../foundation/schema/result.validator.js';
import type { ActionDefinition } from '../../discovery/action-definition.js';
import { ActionInvoker } from '../../invocation/action-invoker.js';
import type { ActiveRun } from '../../invocation/active-run.js';
import { preparedRun } from '../../invocation/active-run.fixture.js';
import type { RunOutcome } from '../../invocation/run-outcome.js';
import { LocalExecutor } from './local.executor.js';

type Call = (params: never, ctx: RuntimeContext) => unknown;

const GRACE_MS = 30;
const executor = new LocalExecutor(new ActionInvoker(new ParamsValidator(), new ResultValidator()), {
  cancelGraceMs: GRACE_MS,
});

function runOf(call: Call, definition: Partial<ActionDefinition> = {}): ActiveRun {
  return preparedRun({ ...definition, call: call as ActionDefinition['call'] }).run;
}

const execute = (call: Call, definition?: Partial<ActionDefinition>): Promise<RunOutcome> =>
  executor.execute(runOf(call, definition));

const cancelled = (run: ActiveRun, reason = 'enough'): boolean => run.abort(new RunCancelledError(run.action, reason));

/** Timers of this process that would keep it from ending. */
const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe(LocalExecutor, () => {
  it('is always configured', () => {
    expect(executor.isConfigured()).toBe(true);
    expect(executor.mode).toBe('local');
  });

  it.each<[string, Call]>([
    ['a value', () => 7],
    ['a promise of a value', async () => 7],
    ['something with a then of its own', () => ({ then: (resolve: (value: number) => void) => resolve(7) })],
  ])('completes with %s', async (_case, call) => {
    await expect(execute(call)).resolves.toEqual({ status: 'completed', result: 7 });
  });

  it('takes work for too late that has kept the event loop, and with it the timer, from noticing', async () => {
    const block = (): number => {
      const until = performance.now() + 30;
      while (performance.now() < until);
      return 7;
    };

    await expect(execute(block, { timeoutMs: 5 })).resolves.toMatchObject({
      status: 'failed',
      error: { code: 'SYN_RUN_TIMEOUT' },
    });
  });

  it('runs an action that is not async within the call, so that it costs no turn of the event loop', () => {
    let hasRun = false;
    void execute(() => (hasRun = true));

    expect(hasRun).toBe(true);
  });

  it.each<[string, Call, unknown]>([
    [
      'an error',
      () => {
        throw new Error('boom');
      },
      'Action execution failed: boom',
    ],
    ['a rejection', () => Promise.reject(new Error('boom')), 'Action execution failed: boom'],
    [
      'a text',
      () => {
        throw 'boom';
      },
      'Action execution failed: boom',
    ],
    [
      'nothing',
      () => {
        throw undefined;
      },
      'Action execution failed: undefined',
    ],
    [
      'null',
      async () => {
        throw null;
      },
      'Action execution failed: null',
    ],
    ['a number', () => Promise.reject(7), 'Action execution failed: 7'],
  ])('fails when the action throws %s, and keeps it as the cause', async (_case, call, message) => {
    const outcome = await execute(call);

    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'SYN_EXECUTION_FAILED', message } });
  });

  it('says that a failure may pass when the error behind it says so', async () => {
    const outcome = await execute(() => {
      throw new NotConfiguredError('It', 'Set it.');
    });
    const retryable = await execute(() => {
      throw Object.assign(new RunCancelledError('other', 'busy', { retryable: true }));
    });

    expect(outcome).toMatchObject({ error: { retryable: false } });
    expect(retryable).toMatchObject({ status: 'failed', error: { retryable: true } });
  });

  describe('cancelled', () => {
    it('ends as cancelled when the action follows the signal', async () => {
      const run = runOf((_params, { signal }) => sleep(60_000, undefined, { signal }));
      const outcome = executor.execute(run);
      cancelled(run);

      await expect(outcome).resolves.toMatchObject({ status: 'cancelled', error: { reason: 'enough' } });
    });

    it('hands the reason to the action', async () => {
      let seen: unknown;
      const run = runOf(async (_params, { signal }) => {
        await nextTurn();
        seen = signal.reason;
        signal.throwIfAborted();
      });
      const outcome = executor.execute(run);
      cancelled(run, 'changed my mind');
      const { error } = (await outcome) as { error: unknown };

      expect(seen).toMatchObject({ code: 'SYN_RUN_CANCELLED', reason: 'changed my mind' });
      expect(error).toBe(seen);
    });

    it('ends as cancelled when the action returns all the same: the caller asked for no result', async () => {
      const run = runOf(async () => {
        await nextTurn();
        return 7;
      });
      const outcome = executor.execute(run);
      cancelled(run);

      await expect(outcome).resolves.toMatchObject({ status: 'cancelled' });
    });

    it('gives an action time to clean up, and then ends without it', async () => {
      const run = runOf(() => new Promise(() => undefined));
      const outcome = executor.execute(run);
      let isOver = false;
      void outcome.then(() => (isOver = true));
      cancelled(run);
      await nextTurn();
      expect(isOver).toBe(false);

      await expect(outcome).resolves.toMatchObject({ status: 'cancelled' });
    });

    it('before it started never calls the action', async () => {
      let calls = 0;
      const run = runOf(() => calls++);
      cancelled(run, 'too late anyway');

      await expect(executor.execute(run)).resolves.toMatchObject({
        status: 'cancelled',
        error: { reason: 'too late anyway' },
      });
      expect(calls).toBe(0);
    });

    it('while its params are still being checked never calls the action', async () => {
      class SlowParams {
        @Matches(/a/)
        name = 'a';
      }
      registerDecorator({
        target: SlowParams,
        propertyName: 'name',
        async: true,
        validator: { validate: () => sleep(5).then(() => true) },
      });
      let calls = 0;
      const run = runOf(() => calls++, { paramsType: SlowParams });
      const outcome = executor.execute(run);
      cancelled(run);

      await expect(outcome).resolves.toMatchObject({ status: 'cancelled' });
      expect(calls).toBe(0);
    });

    it('keeps its first reason', async () => {
      const run = runOf(() => new Promise(() => undefined));
      const outcome = executor.execute(run);

      expect([cancelled(run, 'first'), cancelled(run, 'second')]).toEqual([true, false]);
      await expect(outcome).resolves.toMatchObject({ error: { reason: 'first' } });
    });
  });

  describe('with a time limit', () => {
    it('fails when the action does not end in time, and tells it to', async () => {
      let signal: AbortSignal | undefined;
      const call: Call = (_params, ctx) => {
        ({ signal } = ctx);
        return new Promise(() => undefined);
      };

      await expect(execute(call, { timeoutMs: 5, name: 'slow' })).resolves.toMatchObject({
        status: 'failed',
        error: { code: 'SYN_RUN_TIMEOUT', retryable: true, details: { action: 'slow', timeout_ms: 5 } },
      });
      expect(signal?.reason).toMatchObject({ code: 'SYN_RUN_TIMEOUT' });
    });

    it('completes when the action ends in time, and leaves no timer behind', async () => {
      const before = timers();

      await expect(execute(() => Promise.resolve(7), { timeoutMs: 60_000 })).resolves.toMatchObject({ result: 7 });
      expect(timers()).toBe(before);
    });
  });

  it('leaves no timer behind when it is cancelled after the end', async () => {
    const run = runOf(() => 7);
    await executor.execute(run);
    const before = timers();
    cancelled(run);

    expect(timers()).toBe(before);
  });

  it.each<[string, Call]>([
    [
      'rejects',
      (_params, { signal }) =>
        sleep(60_000, undefined, { signal }).catch(() =>
          sleep(3 * GRACE_MS).then(() => Promise.reject(new Error('late'))),
        ),
    ],
    ['returns', (_params, { signal }) => sleep(60_000, undefined, { signal }).catch(() => sleep(3 * GRACE_MS))],
  ])('is not bothered by an action that %s long after it was cancelled', async (_case, call) => {
    const run = runOf(call);
    const outcome = executor.execute(run);
    cancelled(run);

    await expect(outcome).resolves.toMatchObject({ status: 'cancelled' });
    await sleep(4 * GRACE_MS); // an unhandled rejection by now fails the test
  });
});
