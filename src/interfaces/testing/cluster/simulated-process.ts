import { PluginEnvironment } from '../../../foundation/environment/plugin-environment.js';
import { PluginRunner, type PluginRunnerInit } from '../../../runtime/runner/plugin-runner.service.js';
import type { RunOwner } from '../../../runtime/run-store/run-owner.js';
import type { RunStore } from '../../../runtime/run-store/run-store.interface.js';
import type { VirtualClock } from '../virtual-clock.js';
import { ProcessClock } from './process-clock.js';
import { type FaultPlan, ProcessStore } from './process-store.js';

const NO_ENV = new PluginEnvironment();

/** What a {@link SimulatedProcess} is made of. */
export interface SimulatedProcessInit {
  readonly number: number;
  readonly time: VirtualClock;
  readonly store: RunStore;
  readonly faults?: FaultPlan;
  /** The actions that it knows, and where they run. What they wait for must be on the clock of their process. */
  readonly parts: (process: SimulatedProcess) => Pick<PluginRunnerInit, 'registry' | 'executors'>;
}

/** One of several processes that run actions on one store, on hosts of their own: nobody can see whether another one lives. */
export class SimulatedProcess {
  readonly name: string;
  readonly owner: RunOwner;
  readonly clock: ProcessClock;
  readonly store: ProcessStore;
  readonly runner: PluginRunner;

  constructor({ number, time, store, faults, parts }: SimulatedProcessInit) {
    this.name = `process-${number}`;
    this.owner = { host: `${this.name}.invalid`, pid: number, started_at: number };
    this.clock = new ProcessClock(time);
    this.store = new ProcessStore(store, this.clock, faults);
    this.runner = new PluginRunner({
      ...parts(this),
      store: this.store,
      clock: this.clock,
      owner: this.owner,
      env: NO_ENV,
    });
  }

  get isAlive(): boolean {
    return !this.clock.isDead;
  }

  /** As `kill -9` would. */
  kill(): void {
    this.clock.die();
  }

  /** Blocks its event loop: it renews no lease meanwhile, and does not know how long it was away. */
  block(ms: number): void {
    this.clock.block(ms);
  }
}
