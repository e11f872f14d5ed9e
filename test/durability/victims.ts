import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { CRASH_VARIABLE } from '../../src/interfaces/testing/crashing-run-store.js';

const repository = resolve(__dirname, '../..');

/** Where victims keep their runs. */
export interface VictimStore {
  /** A SQLite file, or the URL of a Postgres database. */
  readonly store: string;
  readonly schema?: string;
}

/** What a victim was asked of the world. */
export interface WorldRequest {
  readonly word: string;
  readonly key: string;
  readonly step: string;
  readonly pid: number;
}

/** What a victim does; see victim.mjs. */
export type VictimMode = 'start' | 'pipeline' | 'hang' | 'resume' | 'cancel' | 'finish' | 'take' | 'block';

/** How it does it. */
export interface VictimSetting {
  readonly crash?: string;
  readonly params?: object;
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly crashes?: readonly string[];
  readonly when?: 'looks' | 'sends';
  readonly loss?: 'stolen' | 'away';
  readonly blockMs?: number;
  readonly leaseMs?: number;
}

/** How a victim ended. */
export interface VictimEnd {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** A process under way that says things, line by line. */
export class Victim {
  readonly lines: string[] = [];
  readonly ended: Promise<VictimEnd>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiting = new Set<() => void>();

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#child = child;
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      for (const wake of this.#waiting) wake();
    });
    this.ended = new Promise((settle, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => settle({ signal, code, lines: this.lines, stderr }));
    });
  }

  /** Resolves once `isMet` holds, which is asked after each line. Rejects when the process ends before. */
  async until(isMet: (lines: readonly string[]) => boolean | Promise<boolean>): Promise<void> {
    const isOver = this.ended.then(() => 'over' as const);
    while (!(await isMet(this.lines))) {
      let wake: () => void = () => undefined;
      const woken = new Promise<void>((settle) => this.#waiting.add((wake = () => settle())));
      const heard = await Promise.race([woken, isOver]);
      this.#waiting.delete(wake);
      if (heard === 'over' && !(await isMet(this.lines)))
        throw new Error(`the process ended: ${(await this.ended).stderr}`);
    }
  }

  /** Has a process that takes runs over end. */
  async dismiss(): Promise<VictimEnd> {
    this.#child.stdin.end();
    return this.ended;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Starts victims; made of one bundled file, so that each starts in a tenth of a second. */
export class Victims {
  readonly folder = mkdtempSync(join(tmpdir(), 'synapse-victims-'));
  readonly world = join(this.folder, 'world');
  readonly #bundle: string;
  readonly #leaseMs: number;
  readonly #children: Victim[] = [];

  constructor({ leaseMs }: { readonly leaseMs: number }) {
    this.#leaseMs = leaseMs;
    mkdirSync(this.world);
    // Below the repository, from where the driver of Postgres is found.
    this.#bundle = join(repository, '.cache', `victim-${process.pid}-${Date.now()}.mjs`);
    execFileSync(process.execPath, [join(__dirname, 'bundle-victim.mjs'), this.#bundle], { stdio: 'pipe' });
  }

  spawn(mode: VictimMode, where: VictimStore, { crash, ...more }: VictimSetting = {}): Victim {
    const setting = { leaseMs: this.#leaseMs, ...where, ...more, world: this.world };
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      NODE_OPTIONS: '',
      NODE_COMPILE_CACHE: join(this.folder, 'compiled'),
    };
    if (crash !== undefined) env[CRASH_VARIABLE] = crash;
    const child = spawn(process.execPath, ['--no-warnings', this.#bundle, mode, JSON.stringify(setting)], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const victim = new Victim(child);
    this.#children.push(victim);
    return victim;
  }

  /** Everything that was asked of the world so far, in order. */
  requests(): readonly WorldRequest[] {
    const text = readFileSync(join(this.world, 'requests.ndjson'), 'utf8');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as WorldRequest);
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill();
    await Promise.all(this.#children.map(({ ended }) => ended));
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.#bundle, { force: true });
  }
}
