import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, SynapseError } from './foundation/errors/synapse.error.js';
import { ActionExplorer } from './runtime/discovery/action-explorer.js';
import { PluginPipelines } from './runtime/pipelines/plugin-pipelines.js';
import { RunStore } from './runtime/run-store/run-store.interface.js';
import { PluginRunner } from './runtime/runner/plugin-runner.service.js';
import { SynapseSettings } from './synapse.settings.js';
import { ShutdownGate } from './synapse.shutdown.js';

/**
 * Finds the actions and pipelines when the application starts, and opens its store. A class that cannot be an action stops the start, as does a store that cannot
 * be used: better than the first run at night.
 */
@Injectable()
export class SynapseStart implements OnModuleInit {
  readonly #logger = new Logger('Synapse');

  constructor(
    private readonly settings: SynapseSettings,
    private readonly explorer: ActionExplorer,
    private readonly pipelines: PluginPipelines,
    private readonly store: RunStore,
  ) {}

  async onModuleInit(): Promise<void> {
    const { code, pipelines } = this.settings;
    this.explorer.explore(code);
    this.pipelines.explore(pipelines, code);
    await this.#openStore();
  }

  async #openStore(): Promise<void> {
    try {
      await this.store.open?.();
    } catch (thrown) {
      const mayPass = SynapseError.is(thrown) && thrown.retryable;
      if (this.settings.requireStore || !mayPass) throw thrown;
      this.#logger.warn(`The application starts without its runs: ${messageOf(thrown)}`);
    }
  }
}

/** Takes runs over whose processes are gone, where the host wants that: once everything has started that they may need. */
@Injectable()
export class SynapseRecovery implements OnApplicationBootstrap {
  readonly #logger = new Logger('Synapse');

  constructor(
    private readonly settings: SynapseSettings,
    private readonly runner: PluginRunner,
  ) {}

  onApplicationBootstrap(): void {
    const { recover, recoverIntervalMs: intervalMs } = this.settings;
    if (!recover) return;
    this.runner.takeOver({
      intervalMs,
      onRefused: ({ id, plugin, action }, error) =>
        this.#logger.warn(`Run ${id} (${action} of ${plugin}) cannot be taken over here: ${messageOf(error)}`),
    });
  }
}

/** Brings the runs to rest when the application ends. */
@Injectable()
export class SynapseEnd implements BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly settings: SynapseSettings,
    private readonly runner: PluginRunner,
    private readonly store: RunStore,
    gate: ShutdownGate,
  ) {
    gate.add(() => this.#endRuns());
  }

  /** Again, for runs that hooks of the host have started meanwhile from within others. */
  beforeApplicationShutdown(): Promise<void> {
    return this.#endRuns();
  }

  /** Last of all, since requests that were under way until now may have read from the store. */
  async onApplicationShutdown(): Promise<void> {
    if (this.settings.ownsStore) await this.store.close();
  }

  async #endRuns(): Promise<void> {
    const { onShutdown, shutdownTimeoutMs } = this.settings;
    this.runner.stopAccepting();
    if (onShutdown === 'wait') await atMost(shutdownTimeoutMs, this.runner.settled());
    if (onShutdown === 'leave') await this.runner.leaveAll('the application shuts down');
    await this.runner.cancelAll('the application shuts down');
    await atMost(shutdownTimeoutMs, this.runner.heard());
  }
}

/** Resolves with `work`, or when the time is over. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const limit = new AbortController();
  const timeUp = sleep(ms, undefined, { signal: limit.signal }).catch(() => undefined);
  await Promise.race([work, timeUp]);
  limit.abort();
}
