import { StepResult } from './step-result.js';
import { failing, HeldStep, ManualClock, stage, step, throwing } from './steps.fixture.js';

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
