import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eventsFrom, recordOf } from '../../../src/runtime/run-store/contract-values.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(60_000); // a server is started, perhaps on a busy machine

interface Setting {
  readonly folder: string;
}

describeWithPostgres('A store behind each kind of socket', 'a server of its own', () => {
  let sandbox: PostgresSandbox;

  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a server of its own');
    const [data] = await sandbox.query<Setting>(`SELECT current_setting('data_directory') AS folder`);
    makeCertificate(data?.folder ?? '');
    await sandbox.query('ALTER SYSTEM SET ssl = on');
    await sandbox.query('SELECT pg_reload_conf()');
  });
  afterAll(() => sandbox.close());

  /** What the server knows of the connections of stores. */
  const connections = async (): Promise<unknown> => {
    const stores = `application_name = 'nest-synapse'`;
    return sandbox.query(
      `SELECT ssl, client_addr IS NULL AS is_local FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ${stores}`,
    );
  };

  const socketFolder = async (): Promise<string> => {
    const [sockets] = await sandbox.query<Setting>(`SELECT current_setting('unix_socket_directories') AS folder`);
    return sockets?.folder ?? '';
  };

  it.each([
    ['TCP', () => Promise.resolve('sslmode=disable'), { ssl: false, is_local: false }],
    ['TLS', () => Promise.resolve('sslmode=no-verify'), { ssl: true, is_local: false }],
    ['a file', async () => `host=${await socketFolder()}`, { ssl: false, is_local: true }],
  ])('reads over %s what it has written, however long', async (_case, parameters, kind) => {
    const url = `${sandbox.url}?${await parameters()}`;
    const store = sandbox.store({ url, maxConnections: 1, maxInlineBytes: 10_000_000 });
    const lengths = [1, 16_000, 16_384, 70_000, 3_000_000];
    for (const [index, length] of lengths.entries()) {
      const run = recordOf(index, { params: { text: 'ü€'.repeat(length) } });
      await store.create(run);
      expect(await store.commit(run.id, 0, { events: eventsFrom(run.id, 1, 40) })).toBe('committed');
      expect(await store.get(run.id)).toEqual(run);
      expect(await store.events(run.id)).toEqual(eventsFrom(run.id, 1, 40));
    }
    expect(await store.list()).toHaveLength(lengths.length);
    expect(await connections()).toEqual([kind]);
    await store.close();
  });
});

/** What a server needs to encrypt; nobody checks who has signed it. */
function makeCertificate(folder: string): void {
  const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.crt')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const { uid, gid } = statSync(folder);
  for (const file of [key, certificate]) chownSync(file, uid, gid);
  chmodSync(key, 0o600);
}
