import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { ActionExplorer } from './runtime/discovery/action-explorer.js';
import { RunStore } from './runtime/run-store/run-store.interface.js';
import { PluginRunner } from './runtime/runner/plugin-runner.service.js';
import { SynapseSettings } from './synapse.settings.js';

/** What happens when the application starts and ends: actions are found, runs come to rest. */
@Injectable()
export class SynapseLifecycle implements OnModuleInit, BeforeApplicationShutdown {
  constructor(
    private readonly settings: SynapseSettings,
    private readonly explorer: ActionExplorer,
    private readonly runner: PluginRunner,
    private readonly store: RunStore,
  ) {}

  /** A class that cannot be an action stops the start: found now rather than by the first run at night. */
  onModuleInit(): void {
    this.explorer.explore(this.settings.code);
  }

  async beforeApplicationShutdown(signal?: string): Promise<void> {
    if (this.settings.onShutdown === 'wait') {
      const limit = new AbortController();
      const timeUp = sleep(this.settings.shutdownTimeoutMs, undefined, { signal: limit.signal }).catch(() => undefined);
      await Promise.race([this.runner.settled(), timeUp]);
      limit.abort();
    }
    await this.runner.cancelAll(`the application shuts down${signal ? ` (${signal})` : ''}`);
    await this.store.close();
  }
}
