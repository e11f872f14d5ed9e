import { StepContext } from './step-context.js';
import { StepResult } from './step-result.js';
import { failing, lines, ManualClock, stage, step, type StepParts } from './steps.fixture.js';

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
