import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import { ActionRegistry } from '../../../runtime/discovery/action-registry.js';
import type { Executor } from '../../../runtime/executors/executor.interface.js';
import { ExecutorRegistry } from '../../../runtime/executors/executor-registry.js';
import { ActionInvoker } from '../../../runtime/invocation/action-invoker.js';
import { MemoryRunStore } from '../../../runtime/run-store/memory-run-store.js';
import { forEachRow, type TestFrame } from '../../../runtime/run-store/test-frame.js';
import { PluginRunner } from '../../../runtime/runner/plugin-runner.service.js';
import type { RunHandle } from '../../../runtime/runner/run-handle.js';
import { SynapseModule } from '../../../synapse.module.js';
import { contractActions } from './contract-actions.js';

/** How the executor under test is made, and ended. */
export interface ExecutorSubject {
  /** @param invoker - Calls actions in this process; an executor that has them called elsewhere does without. */
  readonly create: (invoker: ActionInvoker) => Executor | Promise<Executor>;
  readonly close?: () => Promise<void>;
}

/**
 * What every {@link Executor} must hold to. Where it has actions called in another process, that one provides `contractActions`.
 *
 * @param frame - The functions of the test runner.
 */
export function describeExecutor(frame: TestFrame, { create, close }: ExecutorSubject): void {
  const { describe, it, beforeEach, afterEach, expect } = frame;
  let app: INestApplicationContext;
  let executor: Executor;
  let runner: PluginRunner;
  beforeEach(async () => {
    app = await startHost();
    executor = await create(app.get(ActionInvoker, { strict: false }));
    const registry = app.get(ActionRegistry);
    runner = new PluginRunner({ registry, executors: new ExecutorRegistry([executor]), store: new MemoryRunStore() });
  });
  afterEach(async () => {
    await close?.();
    await app.close();
  });

  const start = (action: string, params: object = {}, env: Record<string, unknown> = {}): Promise<RunHandle> =>
    runner.run({ action: `contract_${action}`, params, env, mode: executor.mode });
  const ended = async (...request: Parameters<typeof start>) => (await start(...request)).outcome();

  describe('executes an action and', () => {
    it('says where it executes, and that it can', async () => {
      expect(executor.isConfigured()).toBe(true);
      expect(typeof executor.mode).toBe('string');
    });

    it('brings its result back, and hands params, environment and key to it', async () => {
      const handle = await start('report', { count: 2, text: '학습' }, { PLACE: 'here' });

      expect(await handle.result()).toEqual({ count: 2, text: '학습', key: handle.id, place: 'here' });
    });

    it('brings what it reports back, in order and without a gap, with one last event', async () => {
      const events = await eventsOf(await start('report', { count: 3 }));

      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(logsIn(events)).toEqual(['counted', 'counted', 'counted']);
      expect(events.filter(({ type }) => type === 'metrics').length).toBeGreaterThan(0);
      expect(events.filter(({ type }) => type.startsWith('run.')).map(({ type }) => type)).toEqual([
        'run.started',
        'run.completed',
      ]);
    });

    it('keeps many at the same time apart', async () => {
      const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
      const handles = await Promise.all(numbers.map((count) => start('report', { count, text: `run ${count}` })));
      const results = await Promise.all(handles.map((handle) => handle.result()));

      expect(results.map((result) => (result as { text: string }).text)).toEqual(
        numbers.map((count) => `run ${count}`),
      );
      for (const [index, handle] of handles.entries()) expect(logsIn(await eventsOf(handle))).toHaveLength(index + 1);
    });
  });

  describe('has a run fail and', () => {
    forEachRow(frame, ['boom', 'it\'s "broken"\n🎉'])('keeps the message: %s', async (text) => {
      expect(await ended('fail', { text })).toMatchObject({
        status: 'failed',
        error: { code: 'SYN_EXECUTION_FAILED', message: `Action execution failed: ${text}` },
      });
    });

    it('takes a throw of nothing for a failure as well', async () => {
      expect(await ended('fail')).toMatchObject({ status: 'failed', error: { code: 'SYN_EXECUTION_FAILED' } });
    });

    it('says which params are wrong, and does not call the action', async () => {
      const handle = await start('report', { count: 'many' });

      expect(await handle.outcome()).toMatchObject({ status: 'failed', error: { code: 'SYN_PARAMS_INVALID' } });
      expect(logsIn(await eventsOf(handle))).toEqual([]);
    });

    it('ends what takes longer than it may, and says that another try may do better', async () => {
      expect(await ended('slow')).toMatchObject({
        status: 'failed',
        error: { code: 'SYN_RUN_TIMEOUT', retryable: true },
      });
    });
  });

  describe('cancels a run and', () => {
    it('tells the action, with the reason', async () => {
      expect(await (await start('wait')).cancel('enough')).toMatchObject({
        status: 'cancelled',
        error: { code: 'SYN_RUN_CANCELLED', reason: 'enough' },
      });
    });

    it('ends it also when the action does not listen', async () => {
      expect(await (await start('wait', { text: 'deaf' })).cancel('enough')).toMatchObject({ status: 'cancelled' });
    });

    it('leaves one that is over as it is', async () => {
      const handle = await start('report');
      await handle.outcome();

      expect(await handle.cancel('too late')).toMatchObject({ status: 'completed' });
    });
  });

  describe('runs steps and', () => {
    it('comes to their summary', async () => {
      expect(await ended('book', { count: 0 })).toMatchObject({
        status: 'completed',
        result: { success: true, steps_executed: 2, steps_total: 2 },
      });
    });

    it('undoes them when one fails, before the run is over', async () => {
      const handle = await start('book', { text: 'no money' });

      expect(await handle.outcome()).toMatchObject({ status: 'failed', error: { details: { step: 'pay' } } });
      expect(logsIn(await eventsOf(handle))).toEqual(['reserved', 'released']);
    });

    it('undoes them when the run is cancelled, before it is over', async () => {
      const handle = await start('book');
      for await (const { type, data } of handle.events()) if (type === 'step.started' && data['step'] === 'pay') break;

      expect(await handle.cancel('enough')).toMatchObject({ status: 'cancelled' });
      expect(logsIn(await eventsOf(handle))).toEqual(['reserved', 'released']);
    });
  });
}

async function startHost(): Promise<INestApplicationContext> {
  class Host {}
  Module({ imports: [SynapseModule.forRoot({ env: {} }), SynapseModule.forFeature(contractActions)] })(Host);
  return NestFactory.createApplicationContext(Host, { logger: false, abortOnError: false });
}

async function eventsOf(handle: RunHandle): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of handle.events()) events.push(event);
  return events;
}

function logsIn(events: readonly RunEvent[]): unknown[] {
  return events.filter(({ type }) => type === 'log').map(({ data }) => data['event']);
}
