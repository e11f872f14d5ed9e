import type { TestingModule } from '@nestjs/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { Action } from '../../authoring/decorators/action.decorator.js';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import type { RunRecord } from '../run-store/run-record.js';
import type { PluginRunner } from './plugin-runner.service.js';
import { RunHandle } from './run-handle.js';
import { eventsOf, hostedRunner } from './runner.fixture.js';

/** Logs a number whenever it is told to, until it is told to end. */
@Action({ name: 'steps' })
class StepsAction {
  readonly #turns = new Map<string, (go: boolean) => void>();

  async execute(_params: object, ctx: RuntimeContext): Promise<number> {
    for (let step = 1; ; step++) {
      ctx.log('step', { step });
      if (!(await new Promise<boolean>((resolve) => this.#turns.set(ctx.runId, resolve)))) return step;
    }
  }

  next(runId: string, go = true): void {
    this.#turns.get(runId)?.(go);
  }
}

@Action({ name: 'quick' })
class QuickAction {
  execute(_params: object, ctx: RuntimeContext): string {
    for (let count = 1; count <= 30; count++) ctx.log('count', { count });
    return 'done';
  }
}

@Action({ name: 'wait' })
class WaitAction {
  execute(_params: object, { signal }: RuntimeContext): Promise<unknown> {
    return sleep(60_000, undefined, { signal });
  }
}

const seqsOf = (events: readonly RunEvent[]): number[] => events.map(({ seq }) => seq);
const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, at) => first + at);

describe(RunHandle, () => {
  let app: TestingModule;
  let runner: PluginRunner;
  let steps: StepsAction;

  beforeAll(async () => {
    ({ app, runner } = await hostedRunner({ providers: [StepsAction, QuickAction, WaitAction] }));
    steps = app.get(StepsAction);
  });
  afterAll(() => app.close());

  const start = (action: string): Promise<RunHandle> => runner.run({ action });

  describe('reads events', () => {
    it('as they come, while the run goes on', async () => {
      const handle = await start('steps');
      const reader = handle.events();
      const seen: (string | undefined)[] = [];
      const read = async (): Promise<void> => void seen.push((await reader.next()).value?.type);
      await read();
      await read();
      expect(seen).toEqual(['run.started', 'log']);

      steps.next(handle.id);
      await read();
      expect(seen).toHaveLength(3);
      steps.next(handle.id, false);
      await read();
      expect(seen.at(-1)).toBe('run.completed');
      await expect(reader.next()).resolves.toEqual({ done: true, value: undefined });
    });

    it('from any number on, while the run goes on and after it', async () => {
      const handle = await start('steps');
      const during = [0, 1, 2, 3].map((afterSeq) => eventsOf(handle, afterSeq));
      await sleep(30);
      steps.next(handle.id, false);
      await handle.result();
      const after = [0, 1, 2, 3].map((afterSeq) => eventsOf(handle, afterSeq));
      const expected = [[1, 2, 3], [2, 3], [3], []];

      expect((await Promise.all(during)).map(seqsOf)).toEqual(expected);
      expect((await Promise.all(after)).map(seqsOf)).toEqual(expected);
    });

    it('after a number that is still to come, without what came before it', async () => {
      const handle = await start('steps');
      const reading = eventsOf(handle, 3);
      for (let step = 0; step < 3; step++) {
        await sleep(20);
        steps.next(handle.id, step < 2);
      }

      expect(seqsOf(await reading)).toEqual([4, 5]);
    });

    it('for several readers at once, each at its own pace', async () => {
      const handle = await start('quick');
      const slow = async (): Promise<RunEvent[]> => {
        const seen: RunEvent[] = [];
        for await (const event of handle.events()) {
          await sleep(1);
          seen.push(event);
        }
        return seen;
      };
      const readers = await Promise.all([eventsOf(handle), slow(), eventsOf(handle, 10), slow()]);

      expect(readers.map(seqsOf)).toEqual([upTo(32), upTo(32), upTo(32, 11), upTo(32)]);
    });

    it('without holding up the run or others when a reader stops early', async () => {
      const handle = await start('steps');
      for await (const event of handle.events()) {
        if (event.type === 'log') break;
      }
      const reader = handle.events();
      await reader.next();
      await reader.return();
      const reading = eventsOf(handle);
      steps.next(handle.id, false);

      await expect(handle.result()).resolves.toBe(1);
      expect(seqsOf(await reading)).toEqual([1, 2, 3]);
    });

    it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('but not after %p', async (afterSeq) => {
      const handle = await start('quick');

      await expect(eventsOf(handle, afterSeq)).rejects.toMatchObject({ code: 'SYN_USAGE' });
    });

    it('of a run that the store has forgotten to an end', async () => {
      const small = await hostedRunner({
        providers: [QuickAction],
        options: { store: new MemoryRunStore({ maxFinishedRuns: 1 }) },
      });
      const first = await small.runner.run({ action: 'quick' });
      await first.result();
      await (await small.runner.run({ action: 'quick' })).result();

      await expect(eventsOf(first)).resolves.toEqual([]);
      await expect(first.record()).rejects.toMatchObject({ code: 'SYN_RUN_NOT_FOUND', details: { run_id: first.id } });
      await expect(first.result()).resolves.toBe('done');
      await small.app.close();
    });
  });

  describe('cancels', () => {
    it('a run and resolves when it has ended, with everything stored', async () => {
      const handle = await start('wait');
      const outcome = await handle.cancel('no longer needed');

      expect(outcome).toMatchObject({ status: 'cancelled', error: { reason: 'no longer needed' } });
      await expect(handle.status()).resolves.toBe('cancelled');
      expect((await eventsOf(handle)).at(-1)?.type).toBe('run.cancelled');
    });

    it('nothing when the run is over', async () => {
      const handle = await start('quick');
      await handle.result();

      await expect(handle.cancel()).resolves.toEqual({ status: 'completed', result: 'done' });
      await expect(handle.status()).resolves.toBe('completed');
    });

    it('a run once, however often it is asked to', async () => {
      const handle = await start('wait');
      const outcomes = await Promise.all([handle.cancel('one'), handle.cancel('two'), handle.cancel('three')]);

      expect(new Set(outcomes).size).toBe(1);
      expect(outcomes[0]).toMatchObject({ error: { reason: 'one' } });
    });
  });

  it('says how a run ended without throwing, and throws it where a result is asked for', async () => {
    const handle = await start('wait');
    await handle.cancel();

    await expect(handle.outcome()).resolves.toMatchObject({ status: 'cancelled' });
    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_RUN_CANCELLED' });
  });

  it('shows the record of the run, from its start to its end', async () => {
    const handle = await start('steps');
    const running: RunRecord = await handle.record();
    steps.next(handle.id, false);
    await handle.result();

    expect(running).toMatchObject({ id: handle.id, plugin: 'app', action: 'steps', mode: 'local', status: 'running' });
    expect(running.ended_at).toBeUndefined();
    expect(await handle.record()).toMatchObject({ status: 'completed', result: 1, ended_at: expect.any(Number) });
  });

  it('nobody has to hold: a failed run that nobody asks about harms nothing', async () => {
    await start('wait').then((handle) => void handle.cancel());
    await sleep(40); // an unhandled rejection by now fails the test
    expect(runner.activeRuns).toBe(0);
  });
});
