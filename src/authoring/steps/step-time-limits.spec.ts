import { StepContext } from './step-context.js';
import { StepResult } from './step-result.js';
import { failing, HeldStep, ManualClock, stage, step } from './steps.fixture.js';

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
