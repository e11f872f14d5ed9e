import { StepContext } from './step-context.js';
import { StepResult } from './step-result.js';
import { stage, step } from './steps.fixture.js';

class UploadParams {
  files = ['a'];
}
class UploadContext extends StepContext<UploadParams> {
  readonly urls: string[] = [];
}

/** What `read` finds in the context while the step `load` executes. */
async function within<T>(read: (context: UploadContext) => T): Promise<T | undefined> {
  let seen: T | undefined;
  const load = step('load', {
    execute: (context) => {
      seen = read(context as UploadContext);
      return StepResult.ok();
    },
  });
  await stage([load], {}, UploadContext as never).orchestrator.execute();
  return seen;
}

describe(StepContext, () => {
  it('has the run, its params and signal', () => {
    const { context, controller } = stage([], {}, UploadContext as never);

    expect(context.params).toBe(context.runtimeCtx.params);
    expect(context.signal).toBe(controller.signal);
    expect([context.currentStep, context.idempotencyKey]).toEqual([null, 'run-1']);
    expect([context.stepResults, context.errors]).toEqual([[], []]);
  });

  it('names the step that executes, with a key of its own and the signal of the run', async () => {
    expect(await within(({ currentStep, idempotencyKey }) => [currentStep, idempotencyKey])).toEqual([
      'load',
      'run-1:load',
    ]);
    expect(await within(({ signal, runtimeCtx }) => signal === runtimeCtx.signal)).toBe(true);
  });

  it('carries fields of its own from step to step', async () => {
    const { orchestrator, context } = stage(
      [
        step('a', { execute: (shared) => StepResult.ok(void (shared as UploadContext).urls.push('one') as never) }),
        step('b', { execute: (shared) => StepResult.ok({ urls: [...(shared as UploadContext).urls] }) }),
      ],
      {},
      UploadContext as never,
    );
    await orchestrator.execute();

    expect(context.stepResults[1]?.data).toEqual({ urls: ['one'] });
  });

  it.each<[string, (context: StepContext) => void, object]>([
    [
      'an event',
      (context) => context.log('saved', { n: 1 }, '/tmp/a'),
      { event: 'saved', data: { n: 1 }, file: '/tmp/a', step: 'load' },
    ],
    ['progress of the step', (context) => context.setProgress(1, 4), { key: 'load', percent: 25 }],
    ['progress of something else', (context) => context.setProgress(1, 4, 'files'), { key: 'files' }],
    ['metrics of the step', (context) => context.setMetrics({ m: 1 }), { key: 'load', metrics: { m: 1 } }],
    ['metrics of something else', (context) => context.setMetrics({ m: 1 }, 'files'), { key: 'files' }],
  ])('reports %s', async (_case, report, expected) => {
    const { orchestrator, reported } = stage([
      step('load', { execute: (context) => StepResult.ok(void report(context) as never) }),
    ]);
    await orchestrator.execute();

    expect(reported().events.map(({ data }) => data)).toContainEqual(expect.objectContaining(expected));
  });

  it('reports progress of the run between steps, and refuses metrics that belong to nothing', () => {
    const { context, reported } = stage([]);
    context.setProgress(1, 2);
    context.setMetrics({ m: 1 }, 'own');

    expect(reported().events.map(({ data }) => data.key)).toEqual([null, 'own']);
    expect(() => context.setMetrics({ m: 1 })).toThrow(/category must be provided when not executing within a step/);
    expect(() => context.setMetrics({ m: 1 }, '')).toThrow(expect.objectContaining({ code: 'SYN_REPORTING_VALUE' }));
  });
});
