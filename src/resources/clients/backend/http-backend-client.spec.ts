import { BackendServer } from '../recording/backend-server.js';
import type { ServerAnswer } from '../recording/server-answer.js';
import { HttpBackendClient } from './http-backend-client.js';

let server: BackendServer;
beforeEach(async () => {
  server = await new BackendServer().start();
});
afterEach(() => server.stop());

/** Answers the first requests so; the rest goes to the server's state. */
const answerFirst = (...answers: ServerAnswer[]): void => {
  server.onRequest = () => answers.shift();
};

describe('HttpBackendClient', () => {
  it('sends each of its credentials under its own header, and none that it has not', async () => {
    const tokens = { accessToken: 'AT', authorizationToken: 'AZ', tenant: 'TN', agentToken: 'AG' };
    server.add('models', { id: 5, name: 'best' });
    await server.client(tokens).getModel(5);
    await new HttpBackendClient({ host: server.base }).getModel(5);
    const names = ['synapse-access-token', 'authorization', 'synapse-tenant', 'synapse-agent'];
    const sent = server.requests.map(({ headers }) => names.map((name) => headers[name]));

    expect(sent).toEqual([
      ['Token AT', 'Token AZ', 'Token TN', 'Token AG'],
      [undefined, undefined, undefined, undefined],
    ]);
  });

  it('keeps the path of its base, repeats lists in a query and leaves out what is null', async () => {
    server.onRequest = () => ({ status: 200, body: { id: 1 } });
    const client = server.client({ host: `${server.base}/api/` });
    await client.get('tasks/5/', { expand: ['a', 'b'], x: null, flag: true, q: 'ü x' });

    const [{ path } = { path: '' }] = server.requests;
    expect(path).toBe('/api/tasks/5/');
    expect(server.lines).toEqual(['GET /api/tasks/5/?expand=b&flag=true&q=%C3%BC+x']);
  });

  it.each(['..', '', '.'])('refuses %j as an id', (id) => {
    expect(() => server.client().getModel(id as unknown as number)).toThrow(
      expect.objectContaining({ code: 'SYN_USAGE' }),
    );
  });

  it('encodes what would climb out of a path, or add a query', async () => {
    await server
      .client()
      .getModel('../../x?y=1#z' as unknown as number)
      .catch(() => undefined);

    expect(server.requests[0]?.path).toBe('/models/..%2F..%2Fx%3Fy%3D1%23z/');
  });

  it.each([
    [204, undefined, null],
    [200, 'plain', 'plain'],
  ])('answers %i with %j as %j', async (status, body, expected) => {
    server.onRequest = () => ({ status, body: body === undefined ? undefined : Buffer.from(body) });

    await expect(server.client().get('projects/1/')).resolves.toEqual(expected);
  });

  it('takes a web page for a mistake in the host, not for an answer', async () => {
    server.onRequest = () => ({ status: 200, body: Buffer.from('<!doctype html><title>Log in</title>') });

    await expect(server.client().get('projects/1/')).rejects.toThrow('web page');
  });

  it.each([
    [400, 'SYN_HTTP_REQUEST_INVALID'],
    [401, 'SYN_HTTP_AUTHENTICATION'],
    [403, 'SYN_HTTP_AUTHORIZATION'],
    [404, 'SYN_HTTP_NOT_FOUND'],
    [409, 'SYN_HTTP'],
    [422, 'SYN_HTTP_REQUEST_INVALID'],
    [500, 'SYN_HTTP_SERVER'],
  ])('throws the class of status %i at once, with what the service said', async (status, code) => {
    server.onRequest = () => ({ status, body: { detail: `said ${status}` } });
    const error = await server
      .client()
      .get('projects/1/')
      .catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code, message: `${status}: said ${status}` });
    expect(error).toMatchObject({ details: { status_code: status, method: 'GET', path: '/projects/1/', attempts: 1 } });
    expect(JSON.stringify(error)).not.toContain('test-token');
    expect(server.requests).toHaveLength(1);
  });

  describe('a call that fails for the moment', () => {
    it.each([429, 502, 503, 504])('is tried again after %i where it only reads', async (status) => {
      server.add('models', { id: 5 });
      answerFirst({ status }, { status, headers: { 'retry-after': '0' } });

      await expect(server.client().getModel(5)).resolves.toEqual({ id: 5 });
      expect(server.requests).toHaveLength(3);
    });

    it('keeps its true status and what was said when all tries are used up', async () => {
      server.onRequest = () => ({ status: 503, body: { detail: 'full' } });

      await expect(server.client().getModel(5)).rejects.toMatchObject({
        code: 'SYN_HTTP_SERVER',
        message: '503: full',
        details: { attempts: 4 },
      });
    });

    it('is not tried again where it may have been done already', async () => {
      server.onRequest = () => ({ status: 504 });

      await expect(server.client().createModel({ name: 'm' })).rejects.toMatchObject({ statusCode: 504 });
      expect(server.requests).toHaveLength(1);
    });

    it('is tried again when it names its work, and a service that knows the name does it once', async () => {
      const knowing = await new BackendServer({ knowsIdempotencyKeys: true }).start();
      let lost = 0;
      knowing.onRequest = (_request, perform) => (lost++ === 0 ? { ...perform(), isLost: true } : undefined);
      const units = [{ data_collection: 1, files: {} }];
      const made = await knowing.client().createDataUnits(units, { idempotencyKey: 'batch-1' });

      expect(made).toHaveLength(1);
      expect(knowing.records('data_units')).toHaveLength(1);
      expect(knowing.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['batch-1', 'batch-1']);
      await knowing.stop();
    });

    it('is not tried again when the service wants it to wait for longer than the client does', async () => {
      answerFirst({ status: 429, headers: { 'retry-after': '3600' } });

      await expect(server.client().getModel(5)).rejects.toMatchObject({ details: { retry_after_ms: 3_600_000 } });
      expect(server.requests).toHaveLength(1);
    });

    it('is tried again when nobody was there to take it, whatever it does', async () => {
      const { base } = server;
      await server.stop();
      const error = await new HttpBackendClient({ host: base, initialDelayMs: 1 })
        .createModel({ name: 'm' })
        .catch((thrown: unknown) => thrown);
      await server.start();

      expect(error).toMatchObject({ code: 'SYN_CLIENT_CONNECTION', message: 'Backend connection refused' });
      expect(error).toMatchObject({ retryable: true, details: { attempts: 4, sent: false } });
    });
  });

  it('gives up on a service that says nothing, and calls that a timeout', async () => {
    server.onRequest = () => new Promise<ServerAnswer>(() => undefined);
    const client = server.client({ timeoutMs: 30, maxAttempts: 1 });

    await expect(client.getModel(5)).rejects.toMatchObject({ code: 'SYN_CLIENT_TIMEOUT', statusCode: 408 });
  });

  it('ends with the reason of the signal of a call', async () => {
    const controller = new AbortController();
    server.onRequest = () => {
      controller.abort(new Error('no longer needed'));
      return new Promise<ServerAnswer>(() => undefined);
    };

    await expect(server.client().get('x/', {}, { signal: controller.signal })).rejects.toThrow('no longer needed');
  });

  it('follows a redirect on its host, and takes its credentials to no other', async () => {
    const other = await new BackendServer().start();
    server.add('models', { id: 5 });
    answerFirst({ status: 302, headers: { location: '/models/5/' } });
    await expect(server.client().get('old/')).resolves.toEqual({ id: 5 });
    answerFirst({ status: 307, headers: { location: `${other.base}/models/5/` } });

    await expect(server.client().get('old/')).rejects.toMatchObject({ code: 'SYN_CLIENT' });
    expect(other.requests).toEqual([]);
    await other.stop();
  });

  it.each(['ftp://host', 'host', ''])('refuses %j as a host', (host) => {
    expect(() => new HttpBackendClient({ host })).toThrow(expect.objectContaining({ code: 'SYN_CLIENT' }));
  });

  describe('a file whose answer was lost', () => {
    it('is found by the key of its request, and is not made by being looked for', async () => {
      const knowing = await new BackendServer({ knowsIdempotencyKeys: true }).start();
      const client = knowing.client();
      const made = await client.createDataFile(__filename, { headers: { 'idempotency-key': 'a:1' } });
      const found = [await client.findDataFile('a:1'), await client.findDataFile('a:2')];
      await knowing.stop();

      expect(found).toEqual([made, undefined]);
      expect(knowing.records('data_files')).toHaveLength(1);
    });

    it('is found once its request has ended, which conflicts until then', async () => {
      const knowing = await new BackendServer({ knowsIdempotencyKeys: true }).start();
      const client = knowing.client();
      const made = await client.createDataFile(__filename, { headers: { 'idempotency-key': 'a:1' } });
      let asked = 0;
      knowing.onRequest = () => (++asked < 3 ? { status: 409 } : undefined);
      const found = await client.findDataFile('a:1');
      await knowing.stop();

      expect([found, asked]).toEqual([made, 3]);
    });

    it('is not asked for any more where its request does not end, or the caller does', async () => {
      let asked = 0;
      server.onRequest = () => (++asked, { status: 409 });
      const abort = new AbortController();
      const cancelled = server.client().findDataFile('a:1', { signal: abort.signal });
      abort.abort();
      await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });

      asked = 0;
      expect(await server.client().findDataFile('a:1')).toBeUndefined();
      expect(asked).toBe(6);
    });

    it('is not found on a platform that knows no keys, and asked for again where it cannot say', async () => {
      const client = server.client({ maxAttempts: 1 });
      await client.createDataFile(__filename, { headers: { 'idempotency-key': 'a:1' } });

      expect(await client.findDataFile('a:1')).toBeUndefined();
      answerFirst({ status: 503 }, { status: 401 });
      await expect(client.findDataFile('a:1')).rejects.toMatchObject({ details: { status_code: 503 } });
      await expect(client.findDataFile('a:1')).rejects.toMatchObject({ details: { status_code: 401 } });
      expect(server.records('data_files')).toHaveLength(1);
    });
  });

  it('finds a model by the key of its request, and makes none by looking for it', async () => {
    const knowing = await new BackendServer({ knowsIdempotencyKeys: true }).start();
    const client = knowing.client();
    const made = await client.createModel({ name: 'm' }, __filename, { headers: { 'idempotency-key': 'train:1' } });
    const found = [await client.findModel('train:1'), await client.findModel('train:2')];
    await knowing.stop();

    expect(found).toEqual([made, undefined]);
    expect(knowing.records('models')).toEqual([made]);
    expect(await server.client().findModel('train:1')).toBeUndefined();
  });

  it('undoes what is gone already', async () => {
    await expect(server.client().deleteModel(99)).resolves.toBeUndefined();
  });

  it('makes one unit of an object and several of a list, in one request each', async () => {
    const client = server.client();
    const unit = { data_collection: 9, files: { image: { checksum: 'c' } } };
    await client.createDataUnits(unit);
    const made = await client.createDataUnits([unit, unit]);

    expect(made).toHaveLength(2);
    expect(server.records('data_units')).toHaveLength(3);
    expect(server.requests).toHaveLength(2);
  });
});
