import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const launcher = resolve(__dirname, '../../bin/synapse.js');

/** How a process of the command line ended. */
export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the command line is called. */
export interface CallOptions {
  /** What it reads from standard input. @defaultValue nothing */
  readonly input?: string | Buffer;
  /** Added to this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where it is called. @defaultValue the sandbox's folder */
  readonly cwd?: string;
}

/** A process of the command line that goes on. */
export interface StartedSynapse {
  readonly child: ChildProcess;
  /** Resolves once it has said these words on stderr. @throws Error when it ends without them. */
  readonly said: (words: string) => Promise<void>;
  readonly finished: Promise<Finished>;
}

/** A folder for plugins, with the caches of the command line beside them, and the built command line to call there. */
export class SynapseSandbox {
  readonly #home = mkdtempSync(join(tmpdir(), 'synapse-cli-'));
  readonly root = join(this.#home, 'work');

  constructor() {
    mkdirSync(this.root);
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** Writes files below the folder. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(this.path(file)), { recursive: true });
      writeFileSync(this.path(file), content);
    }
  }

  /** Runs `synapse` to its end, in the sandbox's folder. */
  call(words: readonly string[], { input = '', env = {}, cwd = this.root }: CallOptions = {}): Finished {
    const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...words], {
      cwd,
      env: this.environment(env),
      input,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    });
    return { code: status, stdout, stderr };
  }

  /** Starts `synapse` and goes on. */
  start(words: readonly string[], { env = {}, cwd = this.root }: Omit<CallOptions, 'input'> = {}): StartedSynapse {
    const child = spawn(process.execPath, [launcher, ...words], { cwd, env: this.environment(env) });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const finished = new Promise<Finished>((settle) => child.on('close', (code) => settle({ code, stdout, stderr })));
    const said = (words: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (stderr.includes(words)) resolve();
        };
        child.stderr.on('data', look);
        void finished.then(() => reject(new Error(`The process ended and did not say '${words}': ${stderr}`)));
        look();
      });
    return { child, finished, said };
  }

  environment(added: CallOptions['env'] = {}): NodeJS.ProcessEnv {
    const caches = join(this.#home, 'caches');
    return { ...process.env, XDG_CACHE_HOME: caches, XDG_STATE_HOME: caches, HOME: this.#home, ...added };
  }
}

/** The lines of a stack, as Node prints them. */
export const STACK = /^\s+at .+:\d+:\d+\)?$/m;
