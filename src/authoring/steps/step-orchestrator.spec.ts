import { setTimeout as sleep } from 'node:timers/promises';
import { StepFailedError } from '../../foundation/errors/step.errors.js';
import { StepContext } from './step-context.js';
import { StepResult } from './step-result.js';
import { failing, lines, stage, step, type StepParts, throwing, undoable } from './steps.fixture.js';

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
