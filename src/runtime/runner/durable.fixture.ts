import type { Provider } from '@nestjs/common';
import type { PlatformPorts } from '../../authoring/context/platform-ports.js';
import { ManualClock } from '../../authoring/steps/steps.fixture.js';
import { ActionRegistry } from '../discovery/action-registry.js';
import type { RunClock } from '../durability/run-clock.js';
import { ExecutorRegistry } from '../executors/executor-registry.js';
import { MemoryRunStore } from '../run-store/memory-run-store.js';
import type { RunOwner } from '../run-store/run-owner.js';
import type { MaybePromise, RunStore } from '../run-store/run-store.interface.js';
import { DecoratedRunStore, type StoreCall, type StoreMethod } from '../run-store/decorated-run-store.js';
import { PluginRunner } from './plugin-runner.service.js';
import { type HostedRunner, hostedRunner } from './runner.fixture.js';

/** Time of runs and leases that passes only when the spec says so. */
class ManualRunClock extends ManualClock implements RunClock {
  private static readonly START_MS = 1_800_000_000_000;

  now(): number {
    return ManualRunClock.START_MS + this.monotonicMs();
  }

  inBackground(delayMs: number, callback: () => void): () => void {
    return this.after(delayMs, callback);
  }
}

/** What a process does instead of one call of its store; undefined lets the call through. */
export type Fault = (call: StoreMethod, number: number) => 'dies' | 'fails' | 'fails_after' | 'hangs' | undefined;

/** A store as one process sees it: calls are counted, and can go wrong. */
export class FaultyStore extends DecoratedRunStore {
  readonly calls: StoreMethod[] = [];
  /** Set by the spec: what goes wrong from now on. */
  fault: Fault = () => undefined;
  isDead = false;

  constructor(
    inner: RunStore,
    private readonly isAsync = false,
  ) {
    super(inner);
  }

  /** How often a call was made. */
  count(call: StoreMethod): number {
    return this.calls.filter((made) => made === call).length;
  }

  protected override around<T>({ method: call }: StoreCall, work: () => MaybePromise<T>): MaybePromise<T> {
    this.calls.push(call);
    const fault = this.isDead ? 'dies' : this.fault(call, this.count(call));
    if (fault === 'dies') this.isDead = true;
    if (fault === 'dies' || fault === 'hangs') return new Promise(() => undefined);
    if (fault === 'fails') throw new Error('the store is away');
    if (fault === 'fails_after') return Promise.resolve(work()).then(() => Promise.reject(new Error('no answer')));
    return this.isAsync ? Promise.resolve().then(work) : work();
  }
}

/** One of several processes that share a store. */
export interface Peer {
  readonly runner: PluginRunner;
  readonly store: FaultyStore;
}

/** A store in memory that outlives its "processes", and as many of them as a spec wants. */
export class PeerWorld {
  readonly clock = new ManualRunClock();
  readonly store = new MemoryRunStore({ isDurable: true, leaseMs: 300 });
  readonly #host: HostedRunner;
  #peers = 0;

  private constructor(host: HostedRunner) {
    this.#host = host;
  }

  static async of(providers: readonly Provider[]): Promise<PeerWorld> {
    return new PeerWorld(await hostedRunner({ providers }));
  }

  /** One more process, on a host of its own: nobody can see whether it is alive. */
  peer({ isAsync = false, ports }: { isAsync?: boolean; ports?: PlatformPorts } = {}): Peer {
    const store = new FaultyStore(this.store, isAsync);
    const owner: RunOwner = { host: `host-${++this.#peers}.invalid`, pid: this.#peers, started_at: 1 };
    const registry = this.#host.app.get(ActionRegistry);
    const executors = this.#host.app.get(ExecutorRegistry);
    return { store, runner: new PluginRunner({ registry, executors, store, owner, ports, clock: this.clock }) };
  }

  /** Lets time pass until the lease of a process that is silent from now on is over. */
  async outwait(): Promise<void> {
    await this.clock.pass(400);
  }

  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.#host.app.get(token as never, { strict: false });
  }

  close(): Promise<void> {
    return this.#host.app.close();
  }
}
