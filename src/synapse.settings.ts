import { Inject, Injectable } from '@nestjs/common';
import type { RunListener } from './authoring/reporting/run-listener.js';
import { UsageError } from './foundation/errors/run.errors.js';
import { PluginEnvironment } from './foundation/environment/plugin-environment.js';
import { MemoryRunStore } from './runtime/run-store/memory-run-store.js';
import type { RunStore } from './runtime/run-store/run-store.interface.js';
import { SYNAPSE_MODULE_OPTIONS, type SynapseModuleOptions } from './synapse.module-definition.js';

/** The module's options with every default filled in. The only place that knows the defaults. */
@Injectable()
export class SynapseSettings {
  readonly code: string;
  readonly store: RunStore;
  /** Whether the store ends with the application: one that was handed in belongs to whoever made it. */
  readonly ownsStore: boolean;
  readonly listeners: readonly RunListener[];
  readonly env: PluginEnvironment;
  readonly cancelGraceMs: number;
  readonly onShutdown: 'wait' | 'cancel';
  readonly shutdownTimeoutMs: number;
  readonly workRoot: string | undefined;

  constructor(@Inject(SYNAPSE_MODULE_OPTIONS) options: SynapseModuleOptions) {
    this.code = options.code ?? 'app';
    this.store = options.store ?? new MemoryRunStore();
    this.ownsStore = options.store === undefined;
    this.listeners = options.listeners ?? [];
    this.env = environmentOf(options.env);
    this.cancelGraceMs = milliseconds('cancelGraceMs', options.cancelGraceMs, 1_000);
    this.onShutdown = options.onShutdown ?? 'cancel';
    this.shutdownTimeoutMs = milliseconds('shutdownTimeoutMs', options.shutdownTimeoutMs, 30_000);
    this.workRoot = options.workRoot;
  }
}

/** @throws {@link UsageError} for what a timer would silently take for 1 ms. */
function milliseconds(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (value >= 0 && value <= 2_147_483_647) return value;
  throw new UsageError(`${name} of SynapseModule must be milliseconds from 0 to 2147483647, got ${value}.`, {
    details: { option: name },
  });
}

function environmentOf(env: SynapseModuleOptions['env']): PluginEnvironment {
  if (env instanceof PluginEnvironment) return env;
  return env ? new PluginEnvironment(env) : PluginEnvironment.fromEnviron();
}
