import { MemoryRunStore } from '../../../runtime/run-store/memory-run-store.js';
import type { RunStore } from '../../../runtime/run-store/run-store.interface.js';
import type { PluginRunnerInit } from '../../../runtime/runner/plugin-runner.service.js';
import { VirtualClock } from '../virtual-clock.js';
import type { FaultPlan } from './process-store.js';
import { SimulatedProcess } from './simulated-process.js';

/** What a {@link SimulatedCluster} is made of. */
export interface SimulatedClusterOptions {
  /** Actions of each process; `inlineActions` makes them, or an application's `ActionRegistry` and `ExecutorRegistry`. */
  readonly parts: (process: SimulatedProcess) => Pick<PluginRunnerInit, 'registry' | 'executors'>;
  /** How long the owner of a run may be silent, in milliseconds, where the store is not handed in. @defaultValue 1,000 */
  readonly leaseMs?: number;
  /** Where all keep their runs. @defaultValue a store in memory that outlives them */
  readonly store?: RunStore;
  /** How often each looks for runs to take over, in milliseconds; 0 for never. @defaultValue 500 */
  readonly takeOverMs?: number;
}

/**
 * Several processes in this one, which share a store and a virtual clock: they can be killed, blocked and cut off from the store, and take
 * runs over from each other, in milliseconds and always in the same order.
 */
export class SimulatedCluster {
  readonly time = new VirtualClock();
  readonly store: RunStore;
  readonly processes: SimulatedProcess[] = [];
  readonly #options: SimulatedClusterOptions;

  constructor(options: SimulatedClusterOptions) {
    this.#options = options;
    this.store = options.store ?? new MemoryRunStore({ isDurable: true, leaseMs: options.leaseMs ?? 1_000 });
  }

  /** Starts one more process. */
  start(faults?: FaultPlan): SimulatedProcess {
    const { parts, takeOverMs = 500 } = this.#options;
    const number = this.processes.length + 1;
    const process = new SimulatedProcess({ number, time: this.time, store: this.store, faults, parts });
    this.processes.push(process);
    if (takeOverMs > 0) process.runner.takeOver({ intervalMs: takeOverMs });
    return process;
  }

  /** Ends all processes. */
  stop(): void {
    for (const process of this.processes) process.kill();
  }
}
