import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { Pipeline } from './authoring/pipelines/pipeline.interface.js';
import type { RunListener } from './authoring/reporting/run-listener.js';
import type { PluginEnvironment } from './foundation/environment/plugin-environment.js';
import type { BackendClientOptions } from './resources/clients/backend/http-backend-client.js';
import type { StorageConfigInput } from './resources/storage/registry/storage-config.js';
import type { RunClock } from './runtime/durability/run-clock.js';
import type { RunStore } from './runtime/run-store/run-store.interface.js';

/** What a host can set. Everything has a default. */
export interface SynapseModuleOptions {
  /** Plugin code under which the host's own actions run. @defaultValue `app` */
  readonly code?: string;
  /** Pipelines of the host's own, known by their names from the start. @defaultValue none */
  readonly pipelines?: readonly Pipeline[];
  /**
   * Where runs are kept: a store, which whoever hands it in also closes, or a word for one that ends with the application: the URL of a
   * Postgres database, a SQLite file, or `memory`. @defaultValue a store in memory with the newest 1,000 finished runs
   */
  readonly store?: RunStore | string;
  /**
   * Whether the application starts only where its store can be opened. `false` is for a host that has to come up while its database is away: that is then a
   * warning, and runs are refused until the store is back. What does not pass by itself stops the start all the same: a wrong password, a newer schema, a
   * storage for large values that is named wrongly. @defaultValue true
   */
  readonly requireStore?: boolean;
  /**
   * The storage that actions see as `ctx.storage`, where no module provides a `StorageProvider`. Other kinds than the built-in ones are registered in the
   * injected `StorageRegistry`, by the constructor of any provider.
   * @defaultValue `SYNAPSE_STORAGE_PROVIDER` and `SYNAPSE_STORAGE_CONFIGURATION` (JSON) of `env`, else none
   */
  readonly storage?: StorageConfigInput;
  /** Hear every event of every run, once it is stored. @defaultValue none */
  readonly listeners?: readonly RunListener[];
  /** Environment of runs. @defaultValue the process's, read once */
  readonly env?: PluginEnvironment | Readonly<Record<string, unknown>>;
  /**
   * The platform's backend, where no module provides a `BackendClient`; `false` for none. @defaultValue `SYNAPSE_HOST` and
   * `SYNAPSE_ACCESS_TOKEN` of `env`, else what `synapse login` has left; without a token, there is none
   */
  readonly backend?: BackendClientOptions | false;
  /** How long work may go on after it was told to end, in milliseconds, 0 to 2,147,483,647. @defaultValue 1,000 */
  readonly cancelGraceMs?: number;
  /**
   * What happens to active runs when the application shuts down; `leave` hands those that can be resumed to other processes on the same
   * store, and cancels the rest. @defaultValue `cancel`
   */
  readonly onShutdown?: 'wait' | 'cancel' | 'leave';
  /** Longest wait for runs at shutdown, in milliseconds, 0 to 2,147,483,647; then they are cancelled. @defaultValue 30,000 */
  readonly shutdownTimeoutMs?: number;
  /**
   * Whether the application goes on with runs of its store whose processes are gone, where it knows their actions. Needs a store that
   * outlives processes. @defaultValue false
   */
  readonly recover?: boolean;
  /** Pause between two looks for such runs, in milliseconds, 1 to 2,147,483,647. @defaultValue 5,000 */
  readonly recoverIntervalMs?: number;
  /** Folder in which runs get working folders. @defaultValue `synapse-<user id>/work` in the system's folder for temporary files */
  readonly workRoot?: string;
  /** Times, timers and pauses of runs; tests put a virtual one in its place. @defaultValue the machine's */
  readonly clock?: RunClock;
}

export const {
  ConfigurableModuleClass: ConfigurableSynapseModule,
  MODULE_OPTIONS_TOKEN: SYNAPSE_MODULE_OPTIONS,
  OPTIONS_TYPE: SYNAPSE_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<SynapseModuleOptions>({ moduleName: 'Synapse' })
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();
