import { BackendServer } from './recording/backend-server.js';

let server: BackendServer;
beforeEach(async () => {
  server = await new BackendServer().start();
});
afterEach(() => server.stop());

describe('a list in pages', () => {
  it('asks for each page once, the first included, and only when it is needed', async () => {
    for (let id = 1; id <= 5; id++) server.add('data_units', { id, data_collection: 9 });
    server.add('data_units', { id: 6, data_collection: 8 });
    const units = server.client().listDataUnits({ data_collection: 9 }, { pageSize: 2 });

    expect(await units.count()).toBe(5);
    const ids: unknown[] = [];
    for await (const { id } of units) {
      ids.push(id);
      if (id === 1) expect(server.requests).toHaveLength(1);
    }
    expect(ids).toEqual([1, 2, 3, 4, 5]);
    expect(await units.count()).toBe(5);
    expect(server.lines).toEqual([
      'GET /data_units/?data_collection=9&page_size=2',
      'GET /data_units/?data_collection=9&page_size=2&page=2',
      'GET /data_units/?data_collection=9&page_size=2&page=3',
    ]);
  });

  it('follows no page to another host', async () => {
    const next = 'http://elsewhere.test/data_units/?page=2';
    server.onRequest = () => ({ status: 200, body: { count: 2, next, results: [{ id: 1 }] } });
    const all = async (): Promise<void> => {
      for await (const unit of server.client().listDataUnits()) expect(unit).toEqual({ id: 1 });
    };

    await expect(all()).rejects.toMatchObject({ details: { host: 'elsewhere.test' } });
  });

  it.each([
    ['is no page', { detail: 'x' }],
    ['is a bare list', [{ id: 1 }]],
  ])('refuses an answer that %s', async (_case, body) => {
    server.onRequest = () => ({ status: 200, body });

    await expect(server.client().listModels().count()).rejects.toMatchObject({ code: 'SYN_CLIENT' });
  });

  it('does not go round in a circle', async () => {
    const body = { count: 2, next: `${server.base}/models/?page=2`, results: [] };
    server.onRequest = () => ({ status: 200, body });
    const drain = async (): Promise<void> => {
      for await (const _page of server.client().listModels().pages());
    };

    await expect(drain()).rejects.toThrow('names itself');
  });
});
