import { setTimeout as sleep } from 'node:timers/promises';
import { StepFailedError } from '../../foundation/errors/step.errors.js';
import { StepContext } from './step-context.js';
import { StepResult } from './step-result.js';
import { HeldStep, lines, ManualClock, stage, step, type StepParts } from './steps.fixture.js';

/** Notes in `undone` which steps were undone, in order. */
function undoable(undone: string[], name: string, parts: StepParts = {}): ReturnType<typeof step> {
  return step(name, { rollback: () => void undone.push(name), ...parts });
}

const failing = { execute: () => StepResult.fail('bad') };
const throwing = {
  execute: () => {
    throw new Error('boom');
  },
};

describe('StepOrchestrator', () => {
  it('succeeds with zeros when there is no step', async () => {
    const { orchestrator, events, progress } = stage([]);

    expect(await orchestrator.execute()).toEqual({ success: true, steps_executed: 0, steps_total: 0 });
    expect([events, progress]).toEqual([[], []]);
  });

  it('awaits steps, skip checks and undos that are promises', async () => {
    const undone: string[] = [];
    const later = <T>(value: T) => sleep(1).then(() => value);
    const { orchestrator, context } = stage([
      step('a', { canSkip: () => later(true), execute: () => StepResult.fail('never') }),
      step('b', {
        canSkip: () => later(false),
        execute: () => later(StepResult.ok()),
        rollback: () => sleep(1).then(() => void undone.push('b')),
      }),
      undoable(undone, 'c', { execute: () => sleep(1).then(throwing.execute) }),
    ]);

    await expect(orchestrator.execute()).rejects.toThrow("Step 'c' failed: boom");
    expect(undone).toEqual(['c', 'b']);
    expect(context.stepResults.map(({ success, skipped }) => [success, skipped])).toEqual([
      [true, true],
      [true, false],
      [false, false],
    ]);
  });

  it('takes the truth of a skip check, whatever its type', async () => {
    const { orchestrator } = stage([
      step('a', { canSkip: () => 'yes' as never }),
      step('b', { canSkip: () => 0 as never }),
      step('c', { canSkip: undefined }),
    ]);

    expect(await orchestrator.execute()).toMatchObject({ steps_executed: 2 });
  });

  it('counts a step that found nothing to do while it executed, and undoes it like the others', async () => {
    const undone: string[] = [];
    const { orchestrator, events } = stage([
      undoable(undone, 'a', { execute: () => StepResult.skipped() }),
      undoable(undone, 'b', failing),
    ]);

    await expect(orchestrator.execute()).rejects.toThrow(StepFailedError);
    expect(undone).toEqual(['b', 'a']);
    expect(lines({ events }).slice(0, 2)).toEqual(['started a', 'skipped a']);
  });

  it.each<[string, StepParts, RegExp]>([
    ['a failed result', failing, /bad$/],
    ['a throw', throwing, /boom$/],
    ['a rejection', { execute: () => Promise.reject(new Error('late boom')) }, /late boom$/],
    ['a rejection with a text', { execute: () => Promise.reject('just text' as never) }, /just text$/],
    ['nothing', { execute: () => undefined as never }, /step returned no result\. End execute\(\) with StepResult\.ok/],
    ['null, late', { execute: () => Promise.resolve(null as never) }, /step returned no result/],
    [
      'an object that only looks like a result',
      { execute: () => ({ success: true }) as never },
      /returned an object that is no result/,
    ],
    ['a text', { execute: () => 'done' as never }, /returned a string that is no result/],
    ['a skip check that throws', { canSkip: throwing.execute as never }, /boom$/],
    ['a skip check that rejects', { canSkip: () => Promise.reject(new Error('late boom')) }, /late boom$/],
  ])('D16: undoes what was done when a step ends with %s', async (_case, parts, message) => {
    const undone: string[] = [];
    const { orchestrator, context, events } = stage([
      undoable(undone, 'a'),
      undoable(undone, 'b', parts),
      step('never'),
    ]);

    await expect(orchestrator.execute()).rejects.toMatchObject({
      code: 'SYN_STEP_FAILED',
      step: 'b',
      message: expect.stringMatching(message) as string,
    });
    expect(undone.at(-1)).toBe('a');
    expect(lines({ events })).toEqual(expect.arrayContaining(['failed b', 'rolled_back a']));
    expect(lines({ events })).not.toContain('started never');
    expect(context.currentStep).toBeNull();
  });

  it('D16: does not undo a step whose skip check failed: it has not run', async () => {
    const undone: string[] = [];
    const { orchestrator } = stage([undoable(undone, 'a', { canSkip: throwing.execute as never })]);

    await expect(orchestrator.execute()).rejects.toThrow("Step 'a' failed: boom");
    expect(undone).toEqual([]);
  });

  it('D18: says of each undo how it went, with what it threw, and keeps the cause of the failure', async () => {
    const cause = new TypeError('disk full');
    const undoFault = new Error('rollback boom');
    const { orchestrator } = stage([
      step('a'),
      step('b', { rollback: () => Promise.reject(undoFault) }),
      step('c', { execute: () => Promise.reject(cause) }),
    ]);
    const error = (await orchestrator.execute().catch((thrown: unknown) => thrown)) as StepFailedError;

    expect(error.cause).toBe(cause);
    expect(error.undone).toEqual([
      { step: 'c', ok: true },
      { step: 'b', ok: false, error: 'rollback boom', cause: undoFault },
      { step: 'a', ok: true },
    ]);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      code: 'SYN_STEP_FAILED',
      retryable: false,
      causes: ['disk full'],
      details: {
        step: 'c',
        reason: 'disk full',
        undone: [
          { step: 'c', ok: true },
          { step: 'b', ok: false, error: 'rollback boom' },
          { step: 'a', ok: true },
        ],
      },
    });
  });

  it('D39: starts clean when it executes again', async () => {
    const undone: string[] = [];
    let runs = 0;
    const { orchestrator, context } = stage([
      undoable(undone, 'a'),
      undoable(undone, 'b', { execute: () => (++runs === 2 ? StepResult.fail('second time') : StepResult.ok()) }),
    ]);

    expect(await orchestrator.execute()).toMatchObject({ steps_executed: 2 });
    await expect(orchestrator.execute()).rejects.toMatchObject({ undone: [{ step: 'b' }, { step: 'a' }] });
    expect(undone).toEqual(['b', 'a']);
    expect(await orchestrator.execute()).toMatchObject({ steps_executed: 2 });
    expect(context.stepResults).toHaveLength(2);
    expect(context.errors).toEqual([]);
  });

  it('runs the steps that were registered when it started', async () => {
    const { orchestrator, registry } = stage([
      step('a', {
        execute: () => {
          registry.register(step('late'));
          return StepResult.ok();
        },
      }),
    ]);

    expect(await orchestrator.execute()).toMatchObject({ steps_total: 1 });
    expect(registry).toHaveLength(2);
  });

  it('takes no turn of the event loop for steps that take none', async () => {
    const seen: string[] = [];
    const { orchestrator } = stage([
      step('a', { execute: () => StepResult.ok(void seen.push('a') as never) }),
      step('b', {
        execute: () => StepResult.ok(void seen.push('b') as never),
        retry: { maxAttempts: 3 },
        timeoutMs: 5,
      }),
    ]);
    const executing = orchestrator.execute();
    seen.push('caller');
    await executing;

    expect(seen).toEqual(['a', 'b', 'caller']);
  });
});

describe('While a failure is undone, the context', () => {
  async function undoing(read: (context: StepContext) => unknown): Promise<unknown[]> {
    const seen: unknown[] = [];
    const see = { rollback: (context: StepContext) => void seen.push(read(context)) };
    const { orchestrator } = stage([step('a', see), step('b', { ...see, ...failing })]);
    await orchestrator.execute().catch(() => undefined);
    return seen;
  }

  it('still names the step that failed', async () => {
    expect(await undoing(({ currentStep }) => currentStep)).toEqual(['b', 'b']);
  });

  it('D15: has logs tagged with the step that failed', async () => {
    expect(await undoing(({ runtimeCtx }) => runtimeCtx.logger.getStep())).toEqual(['b', 'b']);
  });

  it('has the key that the step which is undone had when it executed', async () => {
    expect(await undoing(({ idempotencyKey }) => idempotencyKey)).toEqual(['run-1:b', 'run-1:a']);
  });
});

describe('The events of steps', () => {
  it('tell what happens to each, in order, with durations in seconds', async () => {
    const clock = new ManualClock();
    const held = new HeldStep('b');
    const { orchestrator, events } = stage([step('a'), held, step('c', { canSkip: () => true }), step('d', failing)], {
      clock,
    });
    const executing = orchestrator.execute();
    await held.started.promise;
    await clock.pass(1_234);
    held.released.resolve(StepResult.ok());

    await expect(executing).rejects.toThrow();
    expect(events).toEqual([
      ['step.started', { step: 'a', attempt: 1 }],
      ['step.completed', { step: 'a', attempt: 1, elapsed: 0 }],
      ['step.started', { step: 'b', attempt: 1 }],
      ['step.completed', { step: 'b', attempt: 1, elapsed: 1.234 }],
      ['step.skipped', { step: 'c', elapsed: 0 }],
      ['step.started', { step: 'd', attempt: 1 }],
      ['step.failed', { step: 'd', attempt: 1, error: 'bad', elapsed: 0 }],
      ['step.rolled_back', { step: 'd', attempt: 1, elapsed: 0 }],
      ['step.rolled_back', { step: 'b', attempt: 1, elapsed: 0 }],
      ['step.rolled_back', { step: 'a', attempt: 1, elapsed: 0 }],
    ]);
  });

  it('say that an undo failed, and with what', async () => {
    const { orchestrator, events } = stage([step('a', { ...failing, rollback: throwing.execute as never })]);
    await orchestrator.execute().catch(() => undefined);

    expect(events.at(-1)).toEqual(['step.rollback_failed', expect.objectContaining({ step: 'a', error: 'boom' })]);
  });

  it('reach an observer whose faults do not reach the work, and are logged', async () => {
    const onEvent = (): void => {
      throw new Error('observer boom');
    };
    const { orchestrator, reported } = stage([step('a')], { onEvent });

    expect(await orchestrator.execute()).toMatchObject({ success: true });
    expect(reported().events.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        data: { message: 'The callback for step.started failed: observer boom' },
      }),
    );
  });

  it('reach it also when there is nobody left to tell about its faults', async () => {
    const { orchestrator, context } = stage(
      [
        step('a', {
          execute: () => {
            void context.runtimeCtx.logger.finish();
            return StepResult.ok();
          },
        }),
      ],
      {
        onProgress: () => {
          throw new Error('observer boom');
        },
      },
    );

    expect(await orchestrator.execute()).toMatchObject({ success: true });
  });
});

describe('A step that is tried again', () => {
  const retry = { maxAttempts: 3, initialDelayMs: 100 };

  /** Fails that often, then succeeds. */
  function fragile(failures: number, parts: StepParts = {}): ReturnType<typeof step> {
    let attempts = 0;
    return step('a', {
      retry,
      execute: () => (++attempts <= failures ? StepResult.fail(`attempt ${attempts}`) : StepResult.ok({ attempts })),
      ...parts,
    });
  }

  it('waits longer each time, and succeeds as if nothing had been', async () => {
    const clock = new ManualClock();
    const { orchestrator, events, context, progress } = stage([fragile(2)], { clock });
    const executing = orchestrator.execute();
    await clock.pass(99);
    expect(lines({ events })).toEqual(['started a', 'retrying a']);
    await clock.pass(1);
    expect(lines({ events })).toEqual(['started a', 'retrying a', 'started a 2', 'retrying a 2']);
    await clock.pass(200);

    expect(await executing).toMatchObject({ steps_executed: 1 });
    expect(events.at(1)).toEqual([
      'step.retrying',
      { step: 'a', attempt: 1, error: 'attempt 1', delay_ms: 100, elapsed: 0 },
    ]);
    expect(events.at(-1)).toEqual(['step.completed', { step: 'a', attempt: 3, elapsed: 0.3 }]);
    expect(context.stepResults).toHaveLength(1);
    expect(progress).toEqual([100]);
    expect(clock.waiting).toBe(0);
  });

  it('fails with its last failure when its tries are used up, and is undone once', async () => {
    const undone: string[] = [];
    const clock = new ManualClock();
    const { orchestrator, events } = stage([fragile(9, { rollback: () => void undone.push('a') })], { clock });
    const executing = orchestrator.execute();
    const refused = expect(executing).rejects.toThrow("Step 'a' failed: attempt 3");
    await clock.pass(1_000);
    await refused;

    expect(undone).toEqual(['a']);
    expect(lines({ events })).toEqual([
      'started a',
      'retrying a',
      'started a 2',
      'retrying a 2',
      'started a 3',
      'failed a 3',
      'rolled_back a',
    ]);
  });

  it('is not tried again for failures that it does not want to retry', async () => {
    const { orchestrator, events } = stage([fragile(9, { retry: { ...retry, retryIf: () => false } })]);

    await expect(orchestrator.execute()).rejects.toThrow('attempt 1');
    expect(lines({ events })).toEqual(['started a', 'failed a', 'rolled_back a']);
  });

  it('has the same idempotency key in each try, and another than its neighbours and other runs', async () => {
    const keys: string[] = [];
    const clock = new ManualClock();
    const note = (result: StepResult) => (context: StepContext) => {
      keys.push(context.idempotencyKey);
      return result;
    };
    const { orchestrator } = stage(
      [
        step('a', { execute: note(StepResult.ok()) }),
        step('b', { execute: note(StepResult.fail('no')), retry: { maxAttempts: 2 } }),
      ],
      { clock },
    );
    const refused = expect(orchestrator.execute()).rejects.toThrow();
    await clock.pass(1_000);
    await refused;

    expect(keys).toEqual(['run-1:a', 'run-1:b', 'run-1:b']);
  });

  it('leaves part of its pauses to chance where it wants that', async () => {
    const clock = new ManualClock();
    const { orchestrator, events } = stage([fragile(1, { retry: { ...retry, jitter: 0.5 } })], {
      clock,
      random: () => 0.5,
    });
    const executing = orchestrator.execute();
    await clock.pass(75);
    await executing;

    expect(events.at(1)?.[1]).toMatchObject({ delay_ms: 75 });
  });

  it('has its undo tried as often, and the failure of each said', async () => {
    let undos = 0;
    const clock = new ManualClock();
    const rollback = (): void => {
      if (++undos < 3) throw new Error(`undo ${undos}`);
    };
    const { orchestrator, events, context } = stage([step('a', { retry, rollback }), step('b', failing)], { clock });
    const refused = expect(orchestrator.execute()).rejects.toMatchObject({
      undone: [
        { step: 'b', ok: true },
        { step: 'a', ok: true },
      ],
    });
    await clock.pass(1_000);
    await refused;

    expect(context.errors).toEqual([]);
    expect(events.slice(-3)).toEqual([
      ['step.retrying', { step: 'a', attempt: 1, error: 'undo 1', delay_ms: 100, undo: true, elapsed: 0 }],
      ['step.retrying', { step: 'a', attempt: 2, error: 'undo 2', delay_ms: 200, undo: true, elapsed: 0.1 }],
      ['step.rolled_back', { step: 'a', attempt: 3, elapsed: 0.3 }],
    ]);
  });
});

describe('A step with a time limit', () => {
  it('is told to end when its time is over, and fails with the limit as cause', async () => {
    const clock = new ManualClock();
    const held = new HeldStep('a', { timeoutMs: 50 });
    const { orchestrator, controller } = stage([held], { clock });
    const refused = expect(orchestrator.execute()).rejects.toMatchObject({
      code: 'SYN_STEP_FAILED',
      retryable: true,
      cause: expect.objectContaining({ code: 'SYN_STEP_TIMEOUT' }) as unknown,
    });
    await clock.pass(49);
    const { signal } = await held.started.promise;
    expect(signal.aborted).toBe(false);
    await clock.pass(1);
    await refused;

    expect(controller.signal.aborted).toBe(false);
    expect(clock.waiting).toBe(0);
  });

  it('is left to itself when it goes on after the grace time, and undone', async () => {
    const undone: string[] = [];
    const clock = new ManualClock();
    const held = new HeldStep('a', { timeoutMs: 50, ignoresSignal: true, rollback: () => void undone.push('a') });
    const { orchestrator } = stage([held], { clock, abortGraceMs: 20 });
    const refused = expect(orchestrator.execute()).rejects.toThrow(/did not end within 50 ms/);
    await clock.pass(69);
    expect(undone).toEqual([]);
    await clock.pass(1);
    await refused;
    held.released.resolve(StepResult.ok());

    expect(undone).toEqual(['a']);
  });

  it('fails also when it ends in the grace time, and its undo gets what it did', async () => {
    const got: StepResult[] = [];
    const clock = new ManualClock();
    const held = new HeldStep('a', {
      timeoutMs: 50,
      ignoresSignal: true,
      rollback: (_context, result) => void got.push(result),
    });
    const { orchestrator } = stage([held], { clock });
    const refused = expect(orchestrator.execute()).rejects.toThrow(/did not end within 50 ms/);
    await clock.pass(60);
    held.released.resolve(StepResult.ok({}, { rollbackData: { id: 7 } }));
    await refused;

    expect(got).toEqual([expect.objectContaining({ success: false, rollbackData: { id: 7 } })]);
  });

  it('has its time anew for each try', async () => {
    const clock = new ManualClock();
    let tries = 0;
    const slow = step('a', {
      timeoutMs: 50,
      retry: { maxAttempts: 2, initialDelayMs: 10 },
      execute: ({ signal }) =>
        ++tries > 1
          ? StepResult.ok()
          : new Promise<StepResult>((_, reject) =>
              signal.addEventListener('abort', () => reject(signal.reason as Error)),
            ),
    });
    const { orchestrator } = stage([slow], { clock });
    const executing = orchestrator.execute();
    await clock.pass(60);

    expect(await executing).toMatchObject({ success: true });
  });

  it('has the same limit for its undo, and an undo that takes longer has failed', async () => {
    const clock = new ManualClock();
    const rollback = ({ signal }: StepContext): Promise<void> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const { orchestrator, context } = stage([step('a', { rollback, timeoutMs: 50 }), step('b', failing)], { clock });
    const refused = expect(orchestrator.execute()).rejects.toMatchObject({
      undone: [
        { step: 'b', ok: true },
        { step: 'a', ok: false, error: expect.stringContaining('50 ms') as string },
      ],
    });
    await clock.pass(50);
    await refused;

    expect(context.errors).toEqual(["Rollback failed for step 'a'"]);
  });
});

describe('A run that is told to end', () => {
  const enough = new Error('enough');

  it('while a step runs: the step is told, and everything is undone with a signal that is not aborted', async () => {
    const undone: unknown[] = [];
    const held = new HeldStep('b', { rollback: ({ signal }) => void undone.push('b', signal.aborted) });
    const { orchestrator, controller, context, events } = stage([
      step('a', { rollback: ({ signal }) => void undone.push('a', signal.aborted) }),
      held,
      step('never'),
    ]);
    const executing = orchestrator.execute();
    await held.started.promise;
    controller.abort(enough);

    await expect(executing).rejects.toBe(enough);
    expect(undone).toEqual(['b', false, 'a', false]);
    expect(context.currentStep).toBeNull();
    expect(lines({ events })).toEqual([
      'started a',
      'completed a',
      'started b',
      'failed b',
      'rolled_back b',
      'rolled_back a',
    ]);
  });

  it('while a step runs that does not listen: it is left to itself after the grace time', async () => {
    const undone: string[] = [];
    const clock = new ManualClock();
    const held = new HeldStep('a', { ignoresSignal: true, rollback: () => void undone.push('a') });
    const { orchestrator, controller } = stage([held], { clock, abortGraceMs: 20 });
    const refused = expect(orchestrator.execute()).rejects.toBe(enough);
    await held.started.promise;
    controller.abort(enough);
    await clock.pass(20);
    await refused;

    expect(undone).toEqual(['a']);
  });

  it('while its last step runs, which ends well in the grace time: all is undone, with what the step did', async () => {
    const got: StepResult[] = [];
    const held = new HeldStep('a', { ignoresSignal: true, rollback: (_context, result) => void got.push(result) });
    const { orchestrator, controller, events, progress } = stage([held]);
    const executing = orchestrator.execute();
    await held.started.promise;
    controller.abort(enough);
    held.released.resolve(StepResult.ok({}, { rollbackData: { id: 7 } }));

    await expect(executing).rejects.toBe(enough);
    expect(got).toEqual([expect.objectContaining({ success: true, rollbackData: { id: 7 } })]);
    expect(lines({ events })).toEqual(['started a', 'completed a', 'rolled_back a']);
    expect(progress).toEqual([]);
  });

  it('by one of its own steps that returns at once: no further step starts', async () => {
    const undone: string[] = [];
    const { orchestrator, controller, events } = stage([
      undoable(undone, 'a', {
        execute: () => {
          controller.abort(enough);
          return StepResult.ok();
        },
      }),
      step('never'),
    ]);

    await expect(orchestrator.execute()).rejects.toBe(enough);
    expect(undone).toEqual(['a']);
    expect(lines({ events })).not.toContain('started never');
  });

  it('while a skip check runs: the step is neither executed nor undone', async () => {
    const undone: string[] = [];
    const checking = Promise.withResolvers<boolean>();
    const { orchestrator, controller, events } = stage([
      undoable(undone, 'a'),
      undoable(undone, 'b', { canSkip: () => checking.promise }),
    ]);
    const executing = orchestrator.execute();
    controller.abort(enough);
    checking.resolve(false);

    await expect(executing).rejects.toBe(enough);
    expect(undone).toEqual(['a']);
    expect(lines({ events })).toEqual(['started a', 'completed a', 'rolled_back a']);
  });

  it('while a step waits to be tried again: it is not tried again', async () => {
    const clock = new ManualClock();
    const { orchestrator, controller, events } = stage([step('a', { ...failing, retry: { maxAttempts: 5 } })], {
      clock,
    });
    const refused = expect(orchestrator.execute()).rejects.toBe(enough);
    await clock.pass(1);
    controller.abort(enough);
    await refused;
    await clock.pass(10_000);

    expect(lines({ events })).toEqual(['started a', 'retrying a', 'failed a', 'rolled_back a']);
  });

  it('before its first step: nothing happens', async () => {
    const { orchestrator, controller, events } = stage([step('a')]);
    controller.abort(enough);

    await expect(orchestrator.execute()).rejects.toBe(enough);
    expect(events).toEqual([]);
  });

  it('for a reason that is no error: the error says it', async () => {
    const { orchestrator, controller } = stage([step('a')]);
    controller.abort('too slow');

    await expect(orchestrator.execute()).rejects.toMatchObject({
      code: 'SYN_STEP_CANCELLED',
      message: expect.stringContaining('too slow') as string,
    });
  });

  it('has all its steps listen to it at one place, and to nothing when it is over', async () => {
    const { orchestrator, controller } = stage(
      Array.from({ length: 20 }, (_, index) =>
        step(`s${index}`, { execute: () => sleep(0).then(() => StepResult.ok()) }),
      ),
    );
    const add = jest.spyOn(controller.signal, 'addEventListener');
    const remove = jest.spyOn(controller.signal, 'removeEventListener');
    await orchestrator.execute();

    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([1, 1]);
  });

  it('costs a run nothing whose steps are not promises', async () => {
    const { orchestrator, controller } = stage([step('a'), step('b', { timeoutMs: 10, retry: { maxAttempts: 3 } })]);
    const add = jest.spyOn(controller.signal, 'addEventListener');
    await orchestrator.execute();

    expect(add).not.toHaveBeenCalled();
  });
});
