import { Inject, Injectable } from '@nestjs/common';
import type { Pipeline } from './authoring/pipelines/pipeline.interface.js';
import type { RunListener } from './authoring/reporting/run-listener.js';
import { UsageError } from './foundation/errors/run.errors.js';
import { PluginEnvironment } from './foundation/environment/plugin-environment.js';
import type { BackendClientOptions } from './resources/clients/backend/http-backend-client.js';
import type { StorageConfigInput } from './resources/storage/registry/storage-config.js';
import { storageConfigOfEnvironment } from './resources/storage/registry/storage-environment.js';
import type { RunClock } from './runtime/durability/run-clock.js';
import type { RunStore } from './runtime/run-store/run-store.interface.js';
import { IN_MEMORY, runStoreOf } from './runtime/run-store/run-store-of.js';
import { SYNAPSE_MODULE_OPTIONS, type SynapseModuleOptions } from './synapse.module-definition.js';

/** The module's options with every default filled in. The only place that knows the defaults. */
@Injectable()
export class SynapseSettings {
  readonly code: string;
  readonly pipelines: readonly Pipeline[];
  readonly store: RunStore;
  /** Whether the store ends with the application: one that was handed in belongs to whoever made it. */
  readonly ownsStore: boolean;
  readonly requireStore: boolean;
  readonly storage: StorageConfigInput | undefined;
  readonly listeners: readonly RunListener[];
  readonly env: PluginEnvironment;
  readonly backend: BackendClientOptions | false | undefined;
  readonly cancelGraceMs: number;
  readonly onShutdown: 'wait' | 'cancel' | 'leave';
  readonly shutdownTimeoutMs: number;
  readonly workRoot: string | undefined;
  readonly clock: RunClock | undefined;
  readonly recover: boolean;
  readonly recoverIntervalMs: number;

  constructor(@Inject(SYNAPSE_MODULE_OPTIONS) options: SynapseModuleOptions) {
    this.code = options.code ?? 'app';
    this.pipelines = options.pipelines ?? [];
    const { store = IN_MEMORY } = options;
    this.ownsStore = typeof store === 'string';
    this.store = typeof store === 'string' ? runStoreOf(store) : store;
    this.requireStore = options.requireStore ?? true;
    this.listeners = options.listeners ?? [];
    this.env = environmentOf(options.env);
    this.storage = options.storage ?? storageConfigOfEnvironment(this.env);
    this.backend = options.backend;
    this.cancelGraceMs = milliseconds('cancelGraceMs', options.cancelGraceMs, 1_000);
    this.onShutdown = options.onShutdown ?? 'cancel';
    this.shutdownTimeoutMs = milliseconds('shutdownTimeoutMs', options.shutdownTimeoutMs, 30_000);
    this.workRoot = options.workRoot;
    this.clock = options.clock;
    this.recover = options.recover ?? false;
    this.recoverIntervalMs = Math.max(1, milliseconds('recoverIntervalMs', options.recoverIntervalMs, 5_000));
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
