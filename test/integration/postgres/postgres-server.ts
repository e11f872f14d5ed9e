/**
 * A private Postgres for tests and benchmarks. Only built-in modules, and only types that Node strips by itself: bench/ imports this file
 * as it is.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface PostgresServerOptions {
  /** Whether commits wait for the disk, as on a real server. Without, they outlive the server's death, but not the machine's. */
  readonly isDurable?: boolean;
  readonly maxConnections?: number;
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Has to be escaped in a URL. */
const PASSWORD = 'not/so#secret?p@ss';
const USER = 'synapse';
const READY = 'database system is ready to accept connections';
/** Guards against a hang, on the slowest machine. */
const START_LIMIT_MS = 60_000;

/** The folder with the server's programs: from the PATH, else where Debian puts them; undefined where there are none. */
export function postgresPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = listed(debian).sort((left, right) => Number(right) - Number(left));
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
  ];
  return folders.find((folder) => isProgram(join(folder, 'initdb')) && isProgram(join(folder, 'postgres')));
}

/** One cluster in a folder of its own, on a free port of 127.0.0.1; ends with this process at the latest. */
export class PostgresServer {
  readonly password = PASSWORD;
  readonly port: number;
  readonly #programs: string;
  readonly #folder: string;
  readonly #account: Account;
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;
  readonly #endWithUs = (): void => void this.#process?.kill('SIGQUIT');

  private constructor(
    programs: string,
    port: number,
    { isDurable = false, maxConnections = 100 }: PostgresServerOptions,
  ) {
    this.port = port;
    this.#programs = programs;
    this.#account = accountForServer();
    this.#folder = mkdtempSync(join(tmpdir(), 'synapse-postgres-'));
    if (this.#account.uid !== undefined) chownSync(this.#folder, this.#account.uid, this.#account.gid ?? 0);
    const lax = isDurable ? [] : ['fsync=off', 'full_page_writes=off'];
    this.#settings = [
      ...lax,
      `max_connections=${maxConnections}`,
      'log_min_messages=log',
      'log_min_error_statement=panic',
    ];
  }

  /** @throws when there is no Postgres on this machine, or it does not start. */
  static async start(options: PostgresServerOptions = {}): Promise<PostgresServer> {
    const programs = postgresPrograms();
    if (!programs)
      throw new Error(
        'There is no Postgres here: neither initdb nor postgres is on the PATH or in /usr/lib/postgresql.',
      );
    const server = new PostgresServer(programs, await freePort(), options);
    try {
      server.#initialise();
      await server.startAgain();
    } catch (error) {
      server.#deleteFiles();
      throw error;
    }
    process.once('exit', server.#endWithUs);
    return server;
  }

  /** URL of a database; of the one that every cluster has by default. */
  url(database = 'postgres', { user = USER, password = PASSWORD }: { user?: string; password?: string } = {}): string {
    return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** Starts the server on the same files and port, after {@link stop}. */
  async startAgain(): Promise<void> {
    const settings = this.#settings.flatMap((setting) => ['-c', setting]);
    const args = ['-D', this.#data, '-p', `${this.port}`, '-h', '127.0.0.1', '-k', this.#folder, ...settings];
    const child = spawn(join(this.#programs, 'postgres'), args, {
      ...this.#account,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${said}`)));
      setTimeout(() => reject(new Error(`postgres is not ready: ${said}`)), START_LIMIT_MS).unref();
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-10_000);
        if (said.includes(READY)) resolve();
      });
    });
  }

  /** Ends the server by its own pid: `fast` breaks connections off cleanly, `immediate` is what a crash is like. */
  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }

  /** Ends the server and removes its files. */
  async remove(): Promise<void> {
    process.off('exit', this.#endWithUs);
    await this.stop('immediate');
    this.#deleteFiles();
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  #initialise(): void {
    const passwordFile = join(this.#folder, 'password');
    writeFileSync(passwordFile, PASSWORD, { mode: 0o644 });
    const access = ['-U', USER, '-A', 'scram-sha-256', '--pwfile', passwordFile];
    const rest = ['-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'];
    execFileSync(join(this.#programs, 'initdb'), ['-D', this.#data, ...access, ...rest], {
      ...this.#account,
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }

  #deleteFiles(): void {
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Postgres refuses to run as root: then as its own user where that is there, else as nobody. */
function accountForServer(): Account {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string, user: string): number =>
    Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] }));
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: idOf('-u', user), gid: idOf('-g', user) };
    } catch {
      // No such user.
    }
  }
  throw new Error('Postgres does not run as root, and this machine has neither a user postgres nor nobody.');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  server.close();
  await once(server, 'close');
  return port;
}
