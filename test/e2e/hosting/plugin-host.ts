import { transformSync } from '@swc/core';
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const repository = resolve(__dirname, '../../..');
const fixtures = join(repository, 'test/fixtures/hosting');

/** Folder of a plugin that the tests load. */
export const pluginFolder = (name: string): string => join(fixtures, 'plugins', name);

/** What the host is told on its command line. */
export interface HostSettings {
  readonly platform: 'fastify' | 'express';
  readonly plugins: readonly string[];
  readonly onShutdown?: 'wait' | 'cancel';
}

type Fact = Readonly<Record<string, unknown>>;

/** An application folder as a user has it: compiled sources and node_modules, with this package built among them. */
export class HostProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'synapse-host-'));

  constructor() {
    symlinkSync(join(repository, 'node_modules'), join(this.folder, 'node_modules'));
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ name: 'host', type: 'module' }));
    const { code } = transformSync(readFileSync(join(fixtures, 'main.ts'), 'utf8'), {
      swcrc: false,
      module: { type: 'es6' },
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      },
    });
    writeFileSync(join(this.folder, 'main.js'), code);
  }

  /** A plugin of these files, beside the application. */
  addPlugin(name: string, files: Readonly<Record<string, string>>): string {
    const folder = join(this.folder, 'plugins', name);
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    return folder;
  }

  start(settings: HostSettings): PluginHost {
    const child = spawn(process.execPath, ['main.js', JSON.stringify(settings)], {
      cwd: this.folder,
      env: { ...process.env, NODE_OPTIONS: '', XDG_CACHE_HOME: join(this.folder, 'cache') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new PluginHost(child);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The application in a process of its own. */
export class PluginHost {
  /** What it has said so far. */
  readonly facts: Fact[] = [];
  stderr = '';
  readonly #ended: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  readonly #news = new EventEmitter();

  constructor(private readonly child: ChildProcess) {
    if (!child.stdout || !child.stderr) throw new Error('the host has no pipes');
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    const lines = createInterface(child.stdout).on('line', (line) => {
      this.facts.push(JSON.parse(line) as Fact);
      this.#news.emit('fact');
    });
    this.#ended = Promise.all([once(child, 'close'), once(lines, 'close')]).then(
      ([end]) => end as [number | null, NodeJS.Signals | null],
    );
    void this.#ended.then(() => this.#news.emit('fact'));
  }

  /** The value of the first fact with this name; waits until it was said. @throws when the host ends without saying it. */
  async fact(name: string): Promise<unknown> {
    for (;;) {
      const found = this.facts.find((fact) => name in fact);
      if (found) return found[name];
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`The host ended without '${name}': ${JSON.stringify(this.facts)} ${this.stderr}`);
      await once(this.#news, 'fact');
    }
  }

  async request(path: string, body?: unknown, headers: Record<string, string> = { 'x-api-key': 'let-me-in' }) {
    const url = String(await this.fact('url'));
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', connection: 'close', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  /** Ends it as a process manager does, and resolves to how it ended. */
  async terminate(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    return this.ended();
  }

  async ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const [code, signal] = await this.#ended;
    return { code, signal };
  }
}
