import type { DynamicModule } from '@nestjs/common';
import { type SynapseModuleOptions, SynapseModule } from '../../../src/index.js';
import {
  API_KEY,
  Audit,
  Database,
  DatabaseModule,
  DeafAction,
  hostOf,
  ImportAction,
  LongAction,
  Probes,
} from './host-application.js';
import { type CreateAdapter, messages, PLATFORMS, RunningHost } from './running-host.js';

const ACTIONS = [ImportAction, LongAction, DeafAction, Probes, Audit];

const feature = (): DynamicModule => SynapseModule.forFeature(ACTIONS, { imports: [DatabaseModule] });

describe.each(PLATFORMS)('A Nest application on %s', (_platform, createAdapter: CreateAdapter) => {
  let host: RunningHost;
  const start = async (options: SynapseModuleOptions = {}): Promise<RunningHost> =>
    (host = await RunningHost.start(hostOf(SynapseModule.forRoot(options), feature()), createAdapter));

  afterEach(() => host.close());

  describe('that runs actions from a controller', () => {
    beforeEach(() => start());

    it('hands its own database to an action, and the result to its client', async () => {
      const answer = await host.post('/actions/import', { items: [{ name: 'a' }, { name: 'b' }] });

      expect(answer).toEqual({ status: 200, body: { id: expect.any(String), result: { imported: 2 } } });
      const { id } = answer.body as { id: string };
      expect(host.app.get(Database, { strict: false }).rows).toEqual([
        { name: 'a', run: id },
        { name: 'b', run: id },
      ]);
    });

    it.each([
      ['without a key', {}, 401],
      ['with a wrong key', { 'x-api-key': 'guess' }, 403],
      ['with the right key', { 'x-api-key': API_KEY }, 200],
    ])('lets its own guard decide about a request %s', async (_case, headers, status) => {
      const answer = await host.post('/actions/import', { items: [{ name: 'a' }] }, headers);

      expect(answer.status).toBe(status);
      expect(host.app.get(Database, { strict: false }).rows).toHaveLength(status === 200 ? 1 : 0);
    });

    it.each([
      ['params that break a rule', 'import', { items: [{ name: 7 }] }, 422, 'SYN_PARAMS_INVALID'],
      ['params that are a list', 'import', [], 422, 'SYN_PARAMS_INVALID'],
      ['params that are a list, for an action without a params class', 'long', [1], 422, 'SYN_PARAMS_INVALID'],
      ['an action that nobody knows', 'imprt', {}, 404, 'SYN_ACTION_NOT_FOUND'],
      ['an action that fails', 'fail', {}, 500, 'SYN_EXECUTION_FAILED'],
      ['an action that needs what is not set up', 'ask', {}, 500, 'SYN_EXECUTION_FAILED'],
    ])('answers by its own exception filter on %s', async (_case, action, params, status, code) => {
      await expect(host.post(`/actions/${action}`, params)).resolves.toMatchObject({ status, body: { code } });
    });

    it('says in an answer which rule was broken where', async () => {
      const { body } = await host.post('/actions/import', { items: [{ name: 'a' }, { name: 7 }] });

      expect(body).toMatchObject({ details: { issues: [expect.objectContaining({ path: 'items.1.name' })] } });
    });

    it('streams a run as server-sent events, from the start and after the last one that a client saw', async () => {
      const { body } = await host.post('/runs/import', { items: [{ name: 'a' }, { name: 'b' }] });
      const { id } = body as { id: string };
      const all = await messages(await host.openEvents(`/runs/${id}/events`));

      expect(all.map((event) => event.id)).toEqual(all.map((_, index) => index + 1));
      expect(all.map((event) => event.type)).toEqual(
        expect.arrayContaining(['run.started', 'log', 'progress', 'run.completed']),
      );
      expect(all.at(-1)?.type).toBe('run.completed');
      const rest = await host.openEvents(`/runs/${id}/events`, { 'last-event-id': '2' });
      await expect(messages(rest)).resolves.toEqual(all.slice(2));
    });

    it('tells a service that asks for the run while none is executing', async () => {
      const audit = host.app.get(Audit);

      expect(() => audit.currentRun).toThrow(expect.objectContaining({ code: 'SYN_NO_ACTIVE_RUN' }));
      expect((await host.get('/who')).body).toMatchObject({ code: 'SYN_NO_ACTIVE_RUN' });
    });

    it('hands the run at hand to a service, for many runs at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => host.post('/actions/import', { items: [{ name: `n${index}` }] })),
      );
      const byName = new Map(host.app.get(Database, { strict: false }).rows.map(({ name, run }) => [name, run]));

      answers.forEach(({ body }, index) => expect(byName.get(`n${index}`)).toBe((body as { id: string }).id));
    });
  });

  describe('that shuts down', () => {
    it('cancels active runs unless told otherwise, while its database is still open for their clean-up', async () => {
      await start();
      const database = host.app.get(Database, { strict: false });
      const long = host.app.get(LongAction, { strict: false });
      const answer = host.post('/actions/long', {});
      await long.started.promise;
      await host.close();

      await expect(answer).resolves.toMatchObject({ status: 409, body: { code: 'SYN_RUN_CANCELLED' } });
      expect(database.rows).toEqual([expect.objectContaining({ name: 'cleaned up' })]);
      expect(database.isOpen).toBe(false);
    });

    it('waits for active runs where it is told to', async () => {
      await start({ onShutdown: 'wait' });
      const long = host.app.get(LongAction, { strict: false });
      const answer = host.post('/actions/long', {});
      await long.started.promise;
      const closed = host.close();
      setTimeout(() => long.release.resolve(), 30);
      await closed;

      await expect(answer).resolves.toMatchObject({ status: 200, body: { result: { rows: 1 } } });
    });

    it('cancels a run that outlasts the time limit of the wait', async () => {
      await start({ onShutdown: 'wait', shutdownTimeoutMs: 20 });
      const long = host.app.get(LongAction, { strict: false });
      const answer = host.post('/actions/long', {});
      await long.started.promise;
      await host.close();

      await expect(answer).resolves.toMatchObject({ status: 409, body: { code: 'SYN_RUN_CANCELLED' } });
    });

    it('does not wait longer than the grace time for an action that does not listen', async () => {
      await start({ cancelGraceMs: 20 });
      const deaf = host.app.get(DeafAction, { strict: false });
      const answer = host.post('/actions/deaf', {});
      await deaf.started.promise;
      await host.close();

      await expect(answer).resolves.toMatchObject({ status: 409, body: { code: 'SYN_RUN_CANCELLED' } });
    });

    it('starts no new run while it waits for the others', async () => {
      await start({ onShutdown: 'wait' });
      const long = host.app.get(LongAction, { strict: false });
      const answer = host.post('/actions/long', {});
      await long.started.promise;
      const closed = host.close();
      await new Promise((resolve) => setImmediate(resolve));
      const refused = await host.post('/actions/import', { items: [{ name: 'late' }] });
      long.release.resolve();
      await closed;

      expect(refused).toMatchObject({ status: 503, body: { code: 'SYN_SHUTTING_DOWN' } });
      expect((await answer).status).toBe(200);
    });

    it('lets a client that follows a run see its end', async () => {
      await start({ cancelGraceMs: 20 });
      const { body } = await host.post('/runs/deaf', {});
      const events = await host.openEvents(`/runs/${(body as { id: string }).id}/events`);
      await host.close();

      expect((await messages(events)).at(-1)?.type).toBe('run.cancelled');
    });

    it('lets its listeners hear the end of every run', async () => {
      const heard: string[] = [];
      const listener = async ({ type }: { type: string }): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        heard.push(type);
      };
      await start({ cancelGraceMs: 20, listeners: [listener] });
      await host.post('/runs/deaf', {});
      await host.close();

      expect(heard).toEqual(['run.started', 'run.cancelled']);
    });
  });
});
