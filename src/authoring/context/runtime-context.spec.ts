import { boundRun } from './run-binding.fixture.js';
import { RuntimeContext } from './runtime-context.js';

/** Data of the log events that `report` causes. */
function logged(report: (ctx: RuntimeContext) => void): unknown[] {
  const { binding, reported } = boundRun({});
  report(new RuntimeContext(binding));
  return reported().events.map(({ data }) => data);
}

describe(RuntimeContext, () => {
  it('says what the run says', () => {
    const signal = AbortSignal.abort('over');
    const checkpoint = { category: 'base', path: '/models/base' };
    const { binding } = boundRun({ epochs: 3 }, { jobId: 'j1', signal, checkpoint, attempt: 2, idempotencyKey: 'key' });
    const ctx = new RuntimeContext(binding);

    expect(ctx).toMatchObject({
      runId: 'run-1',
      jobId: 'j1',
      plugin: 'digits',
      action: 'train',
      attempt: 2,
      params: { epochs: 3 },
      logger: binding.logger,
      env: binding.env,
      signal,
      checkpoint,
      workDir: '/runs/run-1',
      idempotencyKey: 'key',
    });
  });

  it('reads a member when it is asked for, not before: most runs never need a folder or a signal', () => {
    const asked: string[] = [];
    const binding = new Proxy(boundRun({}).binding, {
      get: (target, member, receiver) => {
        asked.push(String(member));
        return Reflect.get(target, member, receiver) as unknown;
      },
    });
    const ctx = new RuntimeContext(binding);
    expect(asked).toEqual([]);

    void ctx.workDir;
    expect(asked).toEqual(['workDir']);
  });

  it('hides what it is bound to: an action cannot reach around it', () => {
    expect(Object.keys(new RuntimeContext(boundRun({}).binding))).toEqual([]);
    expect(JSON.stringify(new RuntimeContext(boundRun({ secret: 'x' }).binding))).toBe('{}');
  });

  it.each<[string, (ctx: RuntimeContext) => void, object]>([
    [
      'an event with its data and file',
      (ctx) => ctx.log('saved', { bytes: 7 }, '/tmp/a.bin'),
      { event: 'saved', data: { bytes: 7 }, file: '/tmp/a.bin', level: 'info' },
    ],
    [
      'a message for people, of tone info',
      (ctx) => ctx.logMessage('Half way'),
      { event: 'message', data: { context: 'info', content: 'Half way' }, level: 'info' },
    ],
    [
      'a message of another tone, always at level info',
      (ctx) => ctx.logMessage('Careful', 'danger'),
      { event: 'message', data: { context: 'danger', content: 'Careful' }, level: 'info' },
    ],
    [
      'a note for developers',
      (ctx) => ctx.logDevEvent('cache', { hits: 3 }),
      { event: 'dev_event', data: { message: 'cache', data: { hits: 3 } }, level: 'debug' },
    ],
    [
      'a note without data',
      (ctx) => ctx.logDevEvent('cache'),
      { event: 'dev_event', data: { message: 'cache', data: null }, level: 'debug' },
    ],
    [
      'the end of the work',
      (ctx) => ctx.endLog(),
      { event: 'message', data: { context: 'info', content: 'Plugin run is complete.' }, level: 'info' },
    ],
  ])('logs %s', (_case, report, expected) => {
    expect(logged(report)).toEqual([expect.objectContaining(expected)]);
  });

  it('does not finish the logger when it says that the work is done', () => {
    const { binding } = boundRun({});
    new RuntimeContext(binding).endLog();

    expect(binding.logger.isFinished).toBe(false);
  });

  it('reports progress of a phase and of the run as a whole, and metrics', () => {
    const { binding, reported } = boundRun({});
    const ctx = new RuntimeContext(binding);
    ctx.setProgress(1, 4, 'train');
    ctx.setProgress(1, 2);
    ctx.setMetrics({ loss: 0.5 }, 'train');
    ctx.setMetrics({ accuracy: 0.9 }, 'train');
    const { events } = reported();
    const dataOf = (type: string): unknown[] => events.filter((event) => event.type === type).map(({ data }) => data);

    expect(dataOf('progress')).toEqual([
      expect.objectContaining({ key: 'train', percent: 25 }),
      expect.objectContaining({ key: null, percent: 50 }),
    ]);
    expect(dataOf('metrics').at(-1)).toEqual({ key: 'train', metrics: { loss: 0.5, accuracy: 0.9 } });
  });
});

describe('The ports of a context', () => {
  it.each(['client', 'agentClient', 'storage'] as const)(
    '%s is refused with the cure while nobody set it up',
    (port) => {
      const read = (): unknown => new RuntimeContext(boundRun({}).binding)[port];

      expect(read).toThrow(expect.objectContaining({ code: 'SYN_NOT_CONFIGURED' }));
      expect(read).toThrow(/ is not configured\. Provide \w+ in a module/);
    },
  );

  it('are made when they are first used', () => {
    const client = { baseUrl: 'http://127.0.0.1' } as never;
    let made = 0;
    const { binding } = boundRun(
      {},
      {
        ports: {
          client: () => {
            made++;
            return client;
          },
        },
      },
    );
    const ctx = new RuntimeContext(binding);
    expect(made).toBe(0);

    expect(ctx.client).toBe(client);
    expect(made).toBe(1);
  });
});
