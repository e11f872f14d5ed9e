import { setTimeout as sleep } from 'node:timers/promises';
import { boundRun } from './run-binding.fixture.js';
import { activeContext, createInjectableContext, requireContext, runInScope } from './run-scope.js';
import { RuntimeContext } from './runtime-context.js';

const contextOf = (runId: string): RuntimeContext => new RuntimeContext(boundRun({ of: runId }, { runId }).binding);

const MEMBERS = [
  'runId',
  'jobId',
  'plugin',
  'action',
  'attempt',
  'params',
  'logger',
  'env',
  'checkpoint',
  'signal',
  'workDir',
  'idempotencyKey',
] as const;

describe('The scope of a run', () => {
  it('holds the run for everything that the work calls and awaits', async () => {
    const seen: unknown[] = [];
    await runInScope(contextOf('a'), async () => {
      seen.push(activeContext()?.runId);
      await sleep(1);
      seen.push(activeContext()?.runId);
      await Promise.all([1, 2].map(async () => seen.push(requireContext().runId)));
      await new Promise<void>((resolve) => setTimeout(() => resolve(void seen.push(activeContext()?.runId)), 1));
    });

    expect(seen).toEqual(['a', 'a', 'a', 'a', 'a']);
  });

  it('gives back what the work gives, and lets through what it throws', () => {
    expect(runInScope(contextOf('a'), () => 7)).toBe(7);
    expect(() =>
      runInScope(contextOf('a'), () => {
        throw new Error('boom');
      }),
    ).toThrow('boom');
  });

  it('keeps runs apart that go on at the same time', async () => {
    const seen = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        runInScope(contextOf(`run-${index}`), async () => {
          await sleep(index % 5);
          return activeContext()?.runId;
        }),
      ),
    );

    expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => `run-${index}`));
  });

  it('belongs to the inner run while one run contains another, and to the outer one again after it', async () => {
    const seen: unknown[] = [];
    await runInScope(contextOf('outer'), async () => {
      await runInScope(contextOf('inner'), async () => {
        await sleep(1);
        seen.push(activeContext()?.runId);
      });
      seen.push(activeContext()?.runId);
    });

    expect(seen).toEqual(['inner', 'outer']);
  });

  it('is empty outside of a run', () => {
    expect(activeContext()).toBeUndefined();
    expect(() => requireContext('params')).toThrow(
      expect.objectContaining({ code: 'SYN_NO_ACTIVE_RUN', details: { member: 'params' } }),
    );
  });
});

describe(createInjectableContext, () => {
  const injected = createInjectableContext();

  it('is a context like any other to whoever injects it', () => {
    expect(injected).toBeInstanceOf(RuntimeContext);
  });

  it('speaks for the run that is executing at the moment', async () => {
    const seen = await Promise.all(
      ['a', 'b', 'c'].map((runId) =>
        runInScope(contextOf(runId), async () => {
          await sleep(1);
          return [injected.runId, injected.params];
        }),
      ),
    );

    expect(seen).toEqual(['a', 'b', 'c'].map((runId) => [runId, { of: runId }]));
  });

  it.each(MEMBERS)('says the same as the context of the run: %s', (member) => {
    const ctx = contextOf('a');

    runInScope(ctx, () => expect(injected[member]).toBe(ctx[member]));
  });

  it.each([...MEMBERS, 'client', 'agentClient', 'storage'] as const)('refuses %s outside of a run', (member) => {
    expect(() => injected[member]).toThrow(expect.objectContaining({ code: 'SYN_NO_ACTIVE_RUN', details: { member } }));
  });

  it.each<[string, () => void]>([
    ['log', () => injected.log('event', {})],
    ['setProgress', () => injected.setProgress(1, 2)],
    ['setMetrics', () => injected.setMetrics({ a: 1 }, 'a')],
    ['logMessage', () => injected.logMessage('hello')],
    ['endLog', () => injected.endLog()],
  ])('refuses %s outside of a run', (_name, report) => {
    expect(report).toThrow(expect.objectContaining({ code: 'SYN_NO_ACTIVE_RUN' }));
  });

  it('reaches the ports of the run', () => {
    const client = { baseUrl: 'http://127.0.0.1' } as never;
    const ctx = new RuntimeContext(boundRun({}, { ports: { client: () => client } }).binding);

    expect(runInScope(ctx, () => injected.client)).toBe(client);
    expect(() => runInScope(ctx, () => injected.storage)).toThrow(
      expect.objectContaining({ code: 'SYN_NOT_CONFIGURED' }),
    );
  });
});
