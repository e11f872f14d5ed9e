import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Port of 127.0.0.1 on which it answers once it is ready. */
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly account?: Account;
  readonly folder: string;
}

/** Who a server runs as; empty for ourselves. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Guards against a hang, on the slowest machine. */
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;

/** One server in a process of its own; ends with this process at the latest. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #endWithUs = (): void => void this.#child.kill('SIGKILL');
  #said = '';

  private constructor({ program, args, env, account, folder }: ServerCommand) {
    this.#child = spawn(program, args, {
      ...account,
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#said = (this.#said + text).slice(-10_000)));
    process.once('exit', this.#endWithUs);
  }

  /** @throws with what the server said, when it ends or is not ready in time. */
  static async start(command: ServerCommand): Promise<ServerProcess> {
    const server = new ServerProcess(command);
    try {
      await server.#waitUntilReady(command);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** What the server printed last. */
  get said(): string {
    return this.#said;
  }

  async stop(): Promise<void> {
    process.off('exit', this.#endWithUs);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(patience);
  }

  /** A server says in no common way that it is ready, so this asks for a connection until there is one. */
  async #waitUntilReady({ program, port }: ServerCommand): Promise<void> {
    let problem: string | undefined;
    this.#child.once('error', (error) => (problem = error.message));
    this.#child.once('exit', (code, signal) => (problem = `it ended with ${code ?? signal}`));
    const deadline = performance.now() + START_LIMIT_MS;
    while (!(await answers(port))) {
      if (performance.now() > deadline) problem ??= `it does not answer on port ${port}`;
      if (problem !== undefined) throw new Error(`${program} did not start: ${problem}. It said: ${this.#said}`);
      await sleep(25);
    }
  }
}

/** A folder for one server, handed to whom it runs as. */
export function serverFolder(name: string, { uid, gid }: Account = {}): string {
  const folder = mkdtempSync(join(tmpdir(), `synapse-${name}-`));
  if (uid !== undefined) chownSync(folder, uid, gid ?? 0);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Ourselves, but never root: a server of a test needs none of its rights, and permissions then mean what they mean elsewhere. */
export function plainAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** Has a server of this process listen on a port that nobody has. */
export async function listen(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

/** Where a server of this process listens. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await listen(server);
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
