import { setTimeout as sleep } from 'node:timers/promises';
import { activeContext, runInScope } from '../context/run-scope.js';
import { StepContext } from './step-context.js';
import { StepOrchestrator } from './step-orchestrator.js';
import { StepRegistry } from './step-registry.js';
import { StepResult } from './step-result.js';
import { HeldStep, lines, ManualClock, stage, step } from './steps.fixture.js';

const failing = { execute: () => StepResult.fail('bad') };

class CountingContext extends StepContext {
  readonly #secret = new Set<string>();
  total = 0;

  add(name: string): number {
    this.#secret.add(`${name} as ${this.currentStep}`);
    this.total += 1;
    return this.total;
  }
  get known(): string[] {
    return [...this.#secret];
  }
}

describe('A group of steps', () => {
  it('runs side by side, and the steps after it wait for all of it', async () => {
    const [b, c] = [new HeldStep('b'), new HeldStep('c')];
    const { orchestrator, events, progress } = stage([step('a'), [b, c], step('d')]);
    const executing = orchestrator.execute();
    await Promise.all([b.started.promise, c.started.promise]);
    c.released.resolve(StepResult.ok());
    await sleep(1);
    expect(lines({ events })).toEqual(['started a', 'completed a', 'started b', 'started c', 'completed c']);
    b.released.resolve(StepResult.ok());

    expect(await executing).toEqual({ success: true, steps_executed: 4, steps_total: 4 });
    expect(lines({ events }).slice(5)).toEqual(['completed b', 'started d', 'completed d']);
    expect(progress).toEqual([25, 50, 75, 100]);
  });

  it('has steps of one turn and of many, and skips those with nothing to do', async () => {
    const { orchestrator, context } = stage([
      [
        step('a'),
        step('b', { canSkip: () => true }),
        step('c', { execute: () => sleep(1).then(() => StepResult.ok()) }),
      ],
    ]);

    expect(await orchestrator.execute()).toMatchObject({ steps_executed: 2, steps_total: 3 });
    expect(context.stepResults.map(({ skipped }) => skipped).toSorted()).toEqual([false, false, true]);
  });

  it('shares the context, in which each step finds its own name, signal and key', async () => {
    const seen = new Map<string, unknown[]>();
    const see = (name: string) => async (context: StepContext) => {
      const { add } = context as CountingContext;
      await sleep(1);
      add.call(context as CountingContext, name);
      seen.set(name, [context.currentStep, context.idempotencyKey, context.signal]);
      await sleep(1);
      return StepResult.ok();
    };
    const { orchestrator, context } = stage(
      [[step('a', { execute: see('a') }), step('b', { execute: see('b') })]],
      {},
      CountingContext,
    );
    await orchestrator.execute();
    const [a, b] = [seen.get('a') ?? [], seen.get('b') ?? []];

    expect([a.slice(0, 2), b.slice(0, 2)]).toEqual([
      ['a', 'run-1:a'],
      ['b', 'run-1:b'],
    ]);
    expect(a[2]).not.toBe(b[2]);
    expect([context.total, context.known]).toEqual([2, ['a as a', 'b as b']]);
    expect(context.currentStep).toBeNull();
  });

  it('D15: has the reports of each step keyed and tagged by it, however they are made', async () => {
    const report = async (context: StepContext): Promise<StepResult> => {
      await sleep(1);
      context.log('one', {});
      context.runtimeCtx.log('two', {});
      activeContext()?.log('three', {});
      context.setProgress(1, 2);
      context.setMetrics({ m: 1 });
      return StepResult.ok();
    };
    const { orchestrator, context, reported } = stage(
      [[step('a', { execute: report }), step('b', { execute: report })]],
      {
        onProgress: (percent) => context.runtimeCtx.setProgress(percent, 100),
      },
    );
    await runInScope(context.runtimeCtx, () => orchestrator.execute());
    const { events } = reported();
    const of = (type: string, key: string): unknown[] =>
      events.filter((event) => event.type === type).map(({ data }) => data[key]);

    expect(of('log', 'step').toSorted()).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
    expect(of('metrics', 'key').toSorted()).toEqual(['a', 'b']);
    expect(new Set(of('progress', 'key'))).toEqual(new Set(['a', 'b', null]));
    expect(context.runtimeCtx.logger.getStep()).toBeNull();
  });

  it('may contain a step that runs steps of its own, also side by side', async () => {
    const seen: string[] = [];
    const nested = step('outer', {
      execute: async (outer) => {
        const inner = new StepContext(outer.runtimeCtx);
        const registry = new StepRegistry();
        const see = {
          execute: () =>
            sleep(1).then(() => StepResult.ok(void seen.push(`${outer.currentStep}>${inner.currentStep}`) as never)),
        };
        registry.registerGroup([step('x', see), step('y', see)]);
        await new StepOrchestrator(registry, inner).execute();
        seen.push(`${outer.currentStep}>${inner.currentStep}`);
        return StepResult.ok();
      },
    });
    await stage([[nested, step('beside')]]).orchestrator.execute();

    expect(seen).toEqual(['outer>x', 'outer>y', 'outer>null']);
  });

  it('is cancelled by the first failure, and undone: the failed step first, then the others, newest first', async () => {
    const undone: string[] = [];
    const rollback =
      (name: string) =>
      (context: StepContext, { error }: StepResult) =>
        void undone.push(`${name} (${error}) at ${context.currentStep}, ${context.signal.aborted}`);
    const held = new HeldStep('d', { rollback: rollback('d') });
    const { orchestrator, events, context } = stage([
      step('a', { rollback: rollback('a') }),
      [
        step('b', { rollback: rollback('b') }),
        step('c', { execute: () => sleep(5).then(() => StepResult.fail('bad')), rollback: rollback('c') }),
        held,
      ],
      step('never'),
    ]);

    await expect(orchestrator.execute()).rejects.toMatchObject({
      step: 'c',
      message: "Step 'c' failed: bad",
      undone: ['c', 'd', 'b', 'a'].map((name) => ({ step: name, ok: true })),
    });
    expect(undone).toEqual([
      'c (bad) at c, false',
      "d (Step 'd' was cancelled: step 'c', which runs beside it, failed: bad) at c, false",
      'b (null) at c, false',
      'a (null) at c, false',
    ]);
    expect(lines({ events })).toContain('failed d');
    expect(context.stepResults).toHaveLength(4);
  });

  it('tells the other steps by their signals why they are to end', async () => {
    const held = new HeldStep('b');
    const { orchestrator } = stage([[held, step('a', { execute: () => sleep(1).then(() => StepResult.fail('bad')) })]]);
    await orchestrator.execute().catch(() => undefined);
    const { signal } = await held.started.promise;
    const reason = await held.released.promise.catch((thrown: unknown) => thrown);

    expect(reason).toMatchObject({ code: 'SYN_STEP_CANCELLED', step: 'b' });
    expect(signal.aborted).toBe(false); // asked for after the run: the run's own
  });

  it('undoes a step that ended well in the grace time, with what it did', async () => {
    const got: StepResult[] = [];
    const held = new HeldStep('b', { ignoresSignal: true, rollback: (_context, result) => void got.push(result) });
    const { orchestrator, events } = stage([[step('a', failing), held]]);
    const executing = orchestrator.execute();
    setTimeout(() => held.released.resolve(StepResult.ok({}, { rollbackData: { id: 7 } })), 5);

    await expect(executing).rejects.toThrow("Step 'a' failed: bad");
    expect(lines({ events })).toContain('completed b');
    expect(got).toEqual([expect.objectContaining({ success: true, rollbackData: { id: 7 } })]);
  });

  it('does not wait for a step beyond the grace time', async () => {
    const clock = new ManualClock();
    const undone: string[] = [];
    const held = new HeldStep('b', { ignoresSignal: true, rollback: () => void undone.push('b') });
    const { orchestrator } = stage([[step('a', failing), held]], { clock, abortGraceMs: 20 });
    const refused = expect(orchestrator.execute()).rejects.toThrow("Step 'a' failed: bad");
    await clock.pass(19);
    expect(undone).toEqual([]);
    await clock.pass(1);
    await refused;

    expect(undone).toEqual(['b']);
  });

  it('never starts a step again that waited for its retry when another failed', async () => {
    const clock = new ManualClock();
    const late = new HeldStep('b');
    const { orchestrator, events } = stage([[step('a', { ...failing, retry: { maxAttempts: 5 } }), late]], { clock });
    const refused = expect(orchestrator.execute()).rejects.toThrow("Step 'b' failed: now");
    await clock.pass(1);
    late.released.resolve(StepResult.fail('now'));
    await refused;
    await clock.pass(100_000);

    expect(lines({ events }).filter((line) => line.endsWith(' a'))).toEqual([
      'started a',
      'retrying a',
      'failed a',
      'rolled_back a',
    ]);
    expect(clock.waiting).toBe(0);
  });

  it('neither executes nor undoes a step whose skip check was still going on when another failed', async () => {
    const undone: string[] = [];
    const checking = Promise.withResolvers<boolean>();
    const { orchestrator, events } = stage([
      [step('a', failing), step('b', { canSkip: () => checking.promise, rollback: () => void undone.push('b') })],
    ]);
    const executing = orchestrator.execute();
    setTimeout(() => checking.resolve(false), 1);

    await expect(executing).rejects.toMatchObject({ undone: [{ step: 'a' }] });
    expect(undone).toEqual([]);
    expect(lines({ events })).toEqual(['started a', 'failed a', 'rolled_back a']);
  });

  it('counts the first of two failures', async () => {
    const { orchestrator } = stage([
      [
        step('a', { execute: () => sleep(5).then(() => StepResult.fail('second')) }),
        step('b', { execute: () => sleep(1).then(() => StepResult.fail('first')) }),
      ],
    ]);

    await expect(orchestrator.execute()).rejects.toMatchObject({ step: 'b', undone: [{ step: 'b' }, { step: 'a' }] });
  });

  it('is told to end with the run, and undone', async () => {
    const undone: string[] = [];
    const members = ['b', 'c'].map((name) => new HeldStep(name, { rollback: () => void undone.push(name) }));
    const { orchestrator, controller } = stage([step('a', { rollback: () => void undone.push('a') }), members]);
    const executing = orchestrator.execute();
    await Promise.all(members.map(({ started }) => started.promise));
    const enough = new Error('enough');
    controller.abort(enough);

    await expect(executing).rejects.toBe(enough);
    expect(undone.toSorted()).toEqual(['a', 'b', 'c']);
    expect(undone.at(-1)).toBe('a');
  });
});
