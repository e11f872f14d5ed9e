import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import type { RunListener } from '../../authoring/reporting/run-listener.js';
import { ParamsValidator } from '../../foundation/schema/params.validator.js';
import { ResultValidator } from '../../foundation/schema/result.validator.js';
import type { ActionDefinition } from '../discovery/action-definition.js';
import { definitionOf } from '../discovery/action-definition.fixture.js';
import { ActionRegistry } from '../discovery/action-registry.js';
import { Executor } from '../executors/executor.interface.js';
import { ExecutorRegistry } from '../executors/executor-registry.js';
import { LocalExecutor } from '../executors/local/local.executor.js';
import { ActionInvoker } from '../invocation/action-invoker.js';
import type { RunOutcome } from '../invocation/run-outcome.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import type { RunChange, RunRecord } from '../run-store/run-record.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import { PluginRunner } from './plugin-runner.service.js';
import { eventsOf } from './runner.fixture.js';

interface Parts {
  readonly call?: ActionDefinition['call'];
  readonly store?: RunStore;
  readonly executor?: Executor;
  readonly listeners?: readonly RunListener[];
}

const localExecutor = (): LocalExecutor =>
  new LocalExecutor(new ActionInvoker(new ParamsValidator(), new ResultValidator()), { cancelGraceMs: 10 });

function runnerOf({ call = () => 7, store = new MemoryRunStore(), executor = localExecutor(), listeners = [] }: Parts) {
  const registry = new ActionRegistry();
  registry.add(definitionOf({ call }));
  registry.add(definitionOf({ name: 'far', method: 'job', call }));
  return new PluginRunner({ registry, executors: new ExecutorRegistry([executor]), store, listeners });
}

/** Answers each call as a store with a wire in between would. */
class AsyncStore extends MemoryRunStore {
  override create(record: RunRecord): never {
    return sleep(1).then(() => super.create(record)) as never;
  }
  override update(id: string, change: RunChange): never {
    return sleep(1).then(() => super.update(id, change)) as never;
  }
  override append(runId: string, events: readonly RunEvent[]): never {
    return sleep(1).then(() => super.append(runId, events)) as never;
  }
}

describe(PluginRunner, () => {
  it('works with a store that takes its time as with one that answers at once', async () => {
    const handle = await runnerOf({ store: new AsyncStore() }).run({ action: 'train' });

    await expect(handle.result()).resolves.toBe(7);
    await expect(handle.status()).resolves.toBe('completed');
    expect((await eventsOf(handle)).map(({ type }) => type)).toEqual(['run.started', 'run.completed']);
  });

  it('says in the events that an action runs elsewhere than it asked for', async () => {
    const handle = await runnerOf({}).run({ action: 'far' });
    const [, notice] = await eventsOf(handle);

    expect(notice).toMatchObject({ type: 'log', data: { event: 'warning', level: 'warning' } });
    expect(JSON.stringify(notice?.data)).toContain("asks for method 'job'");
  });

  describe('with something that fails', () => {
    class RejectingExecutor extends Executor {
      readonly mode = 'local';
      isConfigured(): boolean {
        return true;
      }
      execute(): Promise<RunOutcome> {
        return Promise.reject(new Error('the cluster is gone'));
      }
    }

    class ThrowingExecutor extends RejectingExecutor {
      override execute(): never {
        throw new Error('the cluster is gone');
      }
    }

    it.each([
      ['rejects', new RejectingExecutor()],
      ['throws', new ThrowingExecutor()],
    ])('ends a run whose executor %s', async (_case, executor) => {
      const runner = runnerOf({ executor });
      const handle = await runner.run({ action: 'train' });

      await expect(handle.outcome()).resolves.toMatchObject({
        status: 'failed',
        error: { code: 'SYN_EXECUTION_FAILED', message: 'the cluster is gone' },
      });
      await expect(handle.status()).resolves.toBe('failed');
      expect(runner.activeRuns).toBe(0);
    });

    it('starts nothing when the store does not take the run', async () => {
      let calls = 0;
      class FullStore extends MemoryRunStore {
        override create(): never {
          return Promise.reject(new Error('disk full')) as never;
        }
      }
      const runner = runnerOf({ store: new FullStore(), call: () => calls++ });

      await expect(runner.run({ action: 'train' })).rejects.toThrow('disk full');
      expect([calls, runner.activeRuns]).toEqual([0, 0]);
    });

    it.each([
      [
        'at once',
        () => {
          throw new Error('disk full');
        },
      ],
      ['later', () => sleep(1).then(() => Promise.reject(new Error('disk full')))],
    ])('does not call a run a success whose end the store refuses %s', async (_case, refuse) => {
      class FailingStore extends MemoryRunStore {
        override update(): never {
          return refuse() as never;
        }
      }
      const runner = runnerOf({ store: new FailingStore() });
      const handle = await runner.run({ action: 'train' });

      await expect(handle.outcome()).resolves.toMatchObject({ status: 'failed', error: { message: 'disk full' } });
      expect(runner.activeRuns).toBe(0);
    });

    it('is not disturbed by a listener that throws', async () => {
      const heard: string[] = [];
      const listener: RunListener = ({ type }) => {
        heard.push(type);
        throw new Error('listener broke');
      };
      const runner = runnerOf({ listeners: [listener] });
      const handle = await runner.run({ action: 'train' });

      await expect(handle.result()).resolves.toBe(7);
      await handle.shown();
      expect(heard).toEqual(['run.started', 'run.completed']);
    });
  });

  describe('with the signal of a caller', () => {
    it('lets go of it when the run is over', async () => {
      const { signal } = new AbortController();
      const handle = await runnerOf({ call: () => sleep(1) }).run({ action: 'train', signal });
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      await handle.result();

      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    it.each([
      ['no reason of its own', undefined, 'the signal of the caller was aborted'],
      ['a text', 'too late', 'too late'],
      ['an error', new Error('too slow'), 'too slow'],
    ])('never calls the action when it was aborted before, with %s', async (_case, reason, expected) => {
      let calls = 0;
      const runner = runnerOf({ call: () => calls++ });
      const handle = await runner.run({ action: 'train', signal: AbortSignal.abort(reason) });

      await expect(handle.outcome()).resolves.toMatchObject({ status: 'cancelled', error: { reason: expected } });
      expect(calls).toBe(0);
    });
  });

  describe('that is told to stop', () => {
    it('refuses new runs and lets those that are active end', async () => {
      const release = Promise.withResolvers<number>();
      const runner = runnerOf({ call: () => release.promise });
      const handle = await runner.run({ action: 'train' });
      runner.stopAccepting();

      await expect(runner.run({ action: 'train' })).rejects.toMatchObject({
        code: 'SYN_SHUTTING_DOWN',
        retryable: true,
      });
      release.resolve(7);
      await runner.settled();
      await expect(handle.result()).resolves.toBe(7);
    });

    it('waits for runs that active runs start meanwhile', async () => {
      const order: string[] = [];
      const parts: Parts = {
        call: async (params) => {
          const { depth } = params as { depth: number };
          await sleep(1);
          if (depth > 0) await runner.run({ action: 'train', params: { depth: depth - 1 } });
          await sleep(1);
          order.push(`end of ${depth}`);
        },
      };
      const runner = runnerOf(parts);
      await runner.run({ action: 'train', params: { depth: 3 } });
      runner.stopAccepting();
      await runner.settled();

      expect(order).toHaveLength(4);
      expect(runner.activeRuns).toBe(0);
    });

    it('cancels them all, those that they start as well', async () => {
      let started = 0;
      const call = async (): Promise<void> => {
        if (++started < 3) await runner.run({ action: 'train' });
        await new Promise(() => undefined);
      };
      const runner = runnerOf({ call });
      const handle = await runner.run({ action: 'train' });
      await runner.cancelAll('enough');

      expect(runner.activeRuns).toBe(0);
      await expect(handle.outcome()).resolves.toMatchObject({ status: 'cancelled', error: { reason: 'enough' } });
    });

    it('can tell when slow listeners have heard the end', async () => {
      const heard: string[] = [];
      const runner = runnerOf({ listeners: [async ({ type }) => sleep(5).then(() => void heard.push(type))] });
      await (await runner.run({ action: 'train' })).result();
      expect(heard).toEqual([]);
      await runner.heard();

      expect(heard).toEqual(['run.started', 'run.completed']);
    });
  });
});
