import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import {
  PostgresRunStore,
  type PostgresRunStoreOptions,
} from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { isRequired } from '../../is-required.js';
import { postgresPrograms, PostgresServer, type PostgresServerOptions } from './postgres-server.js';

const givenUrl = process.env['SYNAPSE_TEST_POSTGRES_URL'];

/** What a spec needs of the machine: any database, or a server that it may stop and reconfigure. */
export type PostgresNeed = 'a database' | 'a server of its own';

function canRun(need: PostgresNeed): boolean {
  const isGiven = need === 'a database' && givenUrl !== undefined;
  return isGiven || postgresPrograms() !== undefined || isRequired('SYNAPSE_TEST_POSTGRES_REQUIRED');
}

/** `describe` for a spec that needs Postgres: skipped, and said so, on a machine without. */
export function describeWithPostgres(name: string, need: PostgresNeed, define: () => void): void {
  if (canRun(need)) return describe(name, define);
  process.stderr.write(
    `Skipped: ${name}. Install Postgres (Debian: postgresql)${need === 'a database' ? ', or name a database in SYNAPSE_TEST_POSTGRES_URL' : ''}.\n`,
  );
  describe.skip(name, define);
}

/** Stores in schemas of their own: in the database of SYNAPSE_TEST_POSTGRES_URL, else on a private server. */
export class PostgresSandbox {
  readonly #stores: PostgresRunStore[] = [];
  readonly #schemas = new Set<string>();

  private constructor(
    readonly url: string,
    private readonly ownServer: PostgresServer | undefined,
  ) {}

  static async open(need: PostgresNeed, options: PostgresServerOptions = {}): Promise<PostgresSandbox> {
    if (need === 'a database' && givenUrl !== undefined) return new PostgresSandbox(givenUrl, undefined);
    const server = await PostgresServer.start(options);
    return new PostgresSandbox(server.url(), server);
  }

  get server(): PostgresServer {
    if (!this.ownServer) throw new Error('This sandbox was opened on a database, not on a server of its own.');
    return this.ownServer;
  }

  /** A name for a schema that nobody has. */
  newSchema(): string {
    const schema = `test_${randomBytes(6).toString('hex')}`;
    this.#schemas.add(schema);
    return schema;
  }

  /** One more store, in a new schema unless `options` name one. */
  store(options: Partial<PostgresRunStoreOptions> = {}): PostgresRunStore {
    const store = new PostgresRunStore({ url: this.url, schema: options.schema ?? this.newSchema(), ...options });
    this.#stores.push(store);
    return store;
  }

  /** Does what a store does not. */
  async query<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /**
   * Resolves when the server has noticed that a killed process is gone, which had the stores of this schema: until then it may still execute
   * the last statement of that one.
   */
  async settled(schema: string): Promise<void> {
    const text = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE (state = 'active' OR xact_start IS NOT NULL) AND query LIKE $1 AND pid <> pg_backend_pid()`;
    while (((await this.query<{ count: number }>(text, [`%"${schema}"%`]))[0]?.count ?? 0) > 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
    if (this.ownServer) await this.ownServer.remove();
    else for (const schema of this.#schemas) await this.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  }
}
