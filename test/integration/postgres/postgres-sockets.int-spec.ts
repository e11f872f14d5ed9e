import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eventsFrom, recordOf } from '../../../src/runtime/run-store/contract-values.js';
import { isRequired } from '../../is-required.js';
import { programPath } from '../storage/servers/programs.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(60_000); // a server is started, perhaps on a busy machine

interface Setting {
  readonly value: string;
}

/** A way to the server, and what the server knows of a connection that came by it. */
type Way = readonly [name: string, parameters: (sandbox: PostgresSandbox) => Promise<string>, known: object];

const WAYS: readonly Way[] = [
  ['TCP', () => Promise.resolve('sslmode=disable'), { ssl: false, is_local: false }],
  [
    'a file',
    async (sandbox) => `host=${await setting(sandbox, 'unix_socket_directories')}`,
    { ssl: false, is_local: true },
  ],
];
const TLS: Way = ['TLS', () => Promise.resolve('sslmode=no-verify'), { ssl: true, is_local: false }];

const canEncrypt = programPath('openssl') !== undefined || isRequired('SYNAPSE_TEST_POSTGRES_REQUIRED');
if (!canEncrypt) process.stderr.write('Skipped: a store behind TLS. Install openssl (Debian).\n');

describeWithPostgres('A store behind each kind of socket', 'a server of its own', () => {
  let sandbox: PostgresSandbox;

  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a server of its own');
    if (canEncrypt) await encrypt(sandbox);
  });
  afterAll(() => sandbox.close());

  it.each(canEncrypt ? [...WAYS, TLS] : WAYS)(
    'reads over %s what it has written, however long',
    async (_name, parameters, known) => {
      const url = `${sandbox.url}?${await parameters(sandbox)}`;
      const schema = sandbox.newSchema();
      const store = sandbox.store({ url, schema, maxConnections: 1, maxInlineBytes: 10_000_000 });
      const lengths = [1, 16_000, 16_384, 70_000, 3_000_000];
      for (const [index, length] of lengths.entries()) {
        const run = recordOf(index, { params: { text: 'ü€'.repeat(length) } });
        await store.create(run);
        expect(await store.commit(run.id, 0, { events: eventsFrom(run.id, 1, 40) })).toBe('committed');
        expect(await store.get(run.id)).toEqual(run);
        expect(await store.events(run.id)).toEqual(eventsFrom(run.id, 1, 40));
      }
      expect(await store.list()).toHaveLength(lengths.length);
      expect(await connectionsOf(sandbox, schema)).toEqual([known]);
    },
  );
});

async function setting(sandbox: PostgresSandbox, name: string): Promise<string> {
  return (await sandbox.query<Setting>('SELECT current_setting($1) AS value', [name]))[0]?.value ?? '';
}

/** What the server knows of the connections whose last statement was about a schema. */
async function connectionsOf(sandbox: PostgresSandbox, schema: string): Promise<unknown> {
  return sandbox.query(
    `SELECT ssl, client_addr IS NULL AS is_local FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
     WHERE application_name = 'nest-synapse' AND query LIKE $1`,
    [`%"${schema}"%`],
  );
}

/** Has the server take encrypted connections, with a certificate that nobody has signed. */
async function encrypt(sandbox: PostgresSandbox): Promise<void> {
  const folder = await setting(sandbox, 'data_directory');
  const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.crt')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const { uid, gid } = statSync(folder);
  for (const file of [key, certificate]) chownSync(file, uid, gid);
  chmodSync(key, 0o600);
  await sandbox.query('ALTER SYSTEM SET ssl = on');
  await sandbox.query('SELECT pg_reload_conf()');
  while ((await setting(sandbox, 'ssl')) !== 'on'); // the server reads it when it comes to it
}
