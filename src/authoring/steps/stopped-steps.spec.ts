import { setTimeout as sleep } from 'node:timers/promises';
import { StepResult } from './step-result.js';
import { failing, HeldStep, lines, ManualClock, stage, step, undoable } from './steps.fixture.js';

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
