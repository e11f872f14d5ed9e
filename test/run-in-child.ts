import { fork, type ForkOptions } from 'node:child_process';
import { join } from 'node:path';

/** What a child process is started with. */
export interface ChildOptions {
  /** Handed to the snippet's default export; must have a JSON form. */
  readonly input?: unknown;
  /** Added to this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Flags for Node itself, e.g. `--max-old-space-size=64`. */
  readonly nodeArgs?: readonly string[];
  readonly cwd?: string;
  /** The words of a program that starts Node, e.g. `['nice', '-n', '19']`; Node's own words are put behind them. */
  readonly through?: readonly string[];
  /** After this the child is killed, in milliseconds. Guards against a hang; a jest test has its own limit. @defaultValue 60_000 */
  readonly timeoutMs?: number;
}

/** How a child process ended. */
export interface ChildOutcome<T> {
  /** JSON form of what the snippet returned; absent when it threw or the process ended first. */
  readonly value?: T;
  /** What the snippet threw, as JSON. */
  readonly error?: ChildError;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An error as it left the child: a SynapseError's JSON form, or the few facts of any other. */
export interface ChildError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly stack?: string;
}

/**
 * Runs a TypeScript snippet in a plain Node process, outside of jest, and returns the JSON form of its result.
 *
 * The snippet is a module with a default export: a function of `input`, or a value. It imports as if it lay in the repository's root:
 * `./src/…/file.js` finds the TypeScript source, `nest-synapse` the sources' own surface, everything else what is installed.
 *
 * @throws Error with the child's own stack when the snippet throws or the process ends without a result.
 */
export async function runInChild<T>(snippet: string, options: ChildOptions = {}): Promise<T> {
  const outcome = await childOutcome<T>(snippet, options);
  if (outcome.error)
    throw new Error(`The snippet threw ${outcome.error.stack ?? outcome.error.message}\n${outcome.stderr}`);
  if (!('value' in outcome)) {
    throw new Error(
      `The child ended (${outcome.signal ?? outcome.exitCode}) without a result.\n${outcome.stdout}${outcome.stderr}`,
    );
  }
  return outcome.value as T;
}

/** Like {@link runInChild}, for tests of the process itself: never throws, and tells output, exit code and error apart. */
export function childOutcome<T>(snippet: string, options: ChildOptions = {}): Promise<ChildOutcome<T>> {
  const { input, env, nodeArgs = [], cwd, through = [], timeoutMs = 60_000 } = options;
  const [program = process.execPath, ...words] = through.length > 0 ? [...through, process.execPath] : [];
  const forkOptions: ForkOptions = {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execPath: program,
    execArgv: [...words, '--enable-source-maps', '--no-warnings', ...nodeArgs],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    cwd: cwd ?? process.cwd(),
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  };
  const child = fork(join(process.cwd(), 'test', 'run-in-child.main.mjs'), forkOptions);
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    let answer: Pick<ChildOutcome<T>, 'value' | 'error'> = {};
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('message', (message) => (answer = message as typeof answer));
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ ...answer, exitCode, signal, stdout, stderr }));
    child.send({ snippet, input });
  });
}
