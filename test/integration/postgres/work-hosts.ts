import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallOptions } from '../../e2e/synapse-process.js';

/** Machines that share a disk and a database, and have folders for work, state and caches of their own. */
export class WorkHosts {
  readonly #homes = new Map<string, string>();
  readonly #env: NonNullable<CallOptions['env']>;

  /** @param env - What they have in common. */
  constructor(env: CallOptions['env'] = {}) {
    this.#env = env;
  }

  /** How `synapse` is called on one of them, from a folder that no param is relative to. */
  on(name: string): CallOptions {
    const home = this.#homes.get(name) ?? mkdtempSync(join(tmpdir(), `host-${name}-`));
    this.#homes.set(name, home);
    const own = { HOME: home, XDG_CACHE_HOME: home, XDG_STATE_HOME: home, TMPDIR: home };
    return { cwd: home, env: { ...this.#env, ...own } };
  }

  /** Takes all of them away, and what they knew. */
  remove(): void {
    for (const name of this.#homes.keys()) this.lose(name);
  }

  /** Takes one away. */
  lose(name: string): void {
    rmSync(this.#homes.get(name) ?? '', { recursive: true, force: true });
    this.#homes.delete(name);
  }
}
