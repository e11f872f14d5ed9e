import type { TestingModule } from '@nestjs/testing';
import type { ClassOf } from '../../authoring/decorators/action.decorator.js';
import type { ParamsOfAction, ResultOfAction } from '../../authoring/pipelines/pipeline-types.js';
import type { RunListener } from '../../authoring/reporting/run-listener.js';
import { UsageError } from '../../foundation/errors/run.errors.js';
import type { ActionDefinition } from '../../runtime/discovery/action-definition.js';
import { ActionRegistry } from '../../runtime/discovery/action-registry.js';
import type { RunClock } from '../../runtime/durability/run-clock.js';
import { MemoryRunStore } from '../../runtime/run-store/memory-run-store.js';
import type { RunStore } from '../../runtime/run-store/run-store.interface.js';
import { PluginRunner } from '../../runtime/runner/plugin-runner.service.js';
import type { RunHandle } from '../../runtime/runner/run-handle.js';
import type { RunRequest } from '../../runtime/runner/run-request.js';
import type { SynapseModuleOptions } from '../../synapse.module-definition.js';
import { AlwaysReplay } from './always-replay.js';
import { TestedRun } from './tested-run.js';
import { type GraphOptions, startTesterGraph } from './tester-graph.js';
import { VirtualClock } from './virtual-clock.js';

/** How an action is tested. Everything has a default: an action without dependencies needs no options. */
export interface ActionTesterOptions<P = object> extends GraphOptions {
  /** Name of the action, where the class has several methods that are one. @defaultValue the only one */
  readonly name?: string;
  /** Params of each run, unless the run has its own under the same key. @defaultValue none */
  readonly params?: Partial<P>;
  /** Environment of the runs, in place of the process's. @defaultValue none */
  readonly env?: SynapseModuleOptions['env'];
  /** Times and timers of the runs; with a {@link VirtualClock}, a run goes through its pauses at once. @defaultValue the machine's */
  readonly clock?: RunClock;
  /** Where the runs are kept; whoever hands one in also closes it. @defaultValue a store in memory */
  readonly store?: RunStore;
  /** Hear every event of every run. @defaultValue none */
  readonly listeners?: readonly RunListener[];
  /** How long work may go on after it was told to end, in milliseconds. @defaultValue 100 */
  readonly cancelGraceMs?: number;
  /**
   * Has each step execute twice: when it has ended the process "dies", and a fresh graph goes on from the journal and executes it again. A
   * run whose step comes to something else then, or whose context cannot be restored, fails with a {@link ReplayError}.
   *
   * @defaultValue false
   */
  readonly alwaysReplay?: boolean;
}

/** What one run of a tester says besides its params. */
export type TestedRunRequest = Omit<RunRequest, 'action' | 'plugin' | 'params'>;

/** Runs one action as an application would, and tells what became of it. */
export class ActionTester<P = object, R = unknown> {
  readonly #options: ActionTesterOptions<P>;
  readonly #type: ClassOf<object>;
  readonly #store: RunStore;
  readonly #clock: VirtualClock | undefined;
  readonly #replay: AlwaysReplay | undefined;
  #app: TestingModule | undefined;

  /** @internal Use {@link createActionTester}. */
  constructor(type: ClassOf<object>, options: ActionTesterOptions<P>) {
    this.#type = type;
    this.#options = options;
    this.#store = options.store ?? new MemoryRunStore({ isDurable: options.alwaysReplay === true });
    this.#clock = options.clock instanceof VirtualClock ? options.clock : undefined;
    this.#replay = options.alwaysReplay ? new AlwaysReplay(this.#store, (store) => this.#startGraph(store)) : undefined;
  }

  /** @internal */
  async open(): Promise<this> {
    this.#app = await this.#startGraph(this.#replay?.newProcess() ?? this.#store);
    this.#definition(); // a class that is no action is told now
    return this;
  }

  /** Where the runs are kept. */
  get store(): RunStore {
    return this.#store;
  }

  /** What the graph holds: providers of the test's own, or the action itself. */
  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.#running.get<T>(token as never, { strict: false });
  }

  /** Runs the action and resolves when the run is over, however it ended. */
  async run(params?: Partial<P>, request: TestedRunRequest = {}): Promise<TestedRun<R>> {
    const handle = await this.start(params, request);
    const outcome = this.#replay ? this.#replay.finish(handle) : handle.outcome();
    return TestedRun.of<R>(handle.id, this.#store, await (this.#clock ? this.#clock.until(outcome) : outcome));
  }

  /** Starts the action and resolves as soon as the run exists, for a test that wants to do something meanwhile: cancel it, read its events. */
  async start(params?: Partial<P>, request: TestedRunRequest = {}): Promise<RunHandle<R>> {
    const { name, plugin } = this.#definition();
    const laid = { ...this.#options.params, ...params };
    return this.#running
      .get(PluginRunner, { strict: false })
      .run<R>({ ...request, action: name, plugin, params: laid });
  }

  /** What became of a run that {@link ActionTester.start} has started, once it is over. */
  async finished(handle: RunHandle<R>): Promise<TestedRun<R>> {
    const outcome = handle.outcome();
    return TestedRun.of<R>(handle.id, this.#store, await (this.#clock ? this.#clock.until(outcome) : outcome));
  }

  /** Ends the application. */
  async close(): Promise<void> {
    await this.#replay?.close();
    await this.#app?.close();
    if (!this.#options.store) await this.#store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #running(): TestingModule {
    if (this.#app) return this.#app;
    throw new UsageError(`The tester of ${this.#type.name} was not started. Make it with createActionTester.`);
  }

  #definition(): ActionDefinition {
    const { name } = this.#options;
    const registry = this.#running.get(ActionRegistry, { strict: false });
    const owned = registry.list(CODE).filter(({ entrypoint }) => entrypoint.split('.')[0] === this.#type.name);
    const found = owned.filter((definition) => name === undefined || definition.name === name);
    if (found[0] && found.length === 1) return found[0];
    const known = owned.map((definition) => definition.name).join(', ') || '(none)';
    throw new UsageError(
      `${this.#type.name} has ${found.length === 0 ? 'no action' : 'more than one action'}${name === undefined ? '' : ` '${name}'`} to test. Its actions: ${known}. ` +
        (owned.length > 1 ? 'Name one of them in { name }.' : 'Put @Action on it, or on one of its methods.'),
      { details: { class: this.#type.name } },
    );
  }

  #startGraph(store: RunStore): Promise<TestingModule> {
    const { env = {}, clock, listeners, cancelGraceMs = 100 } = this.#options;
    return startTesterGraph(this.#type, this.#options, { code: CODE, store, env, clock, listeners, cancelGraceMs });
  }
}

/** Code of the plugin under which a tested action runs. */
const CODE = 'tested';

/**
 * Starts an application around one action, for a test.
 *
 * @example
 * ```ts
 * import { createActionTester } from 'nest-synapse/testing';
 *
 * const tester = await createActionTester(TrainAction, { overrides: [{ provide: Trainer, useValue: new FakeTrainer() }] });
 * const run = await tester.run({ epochs: 3 });
 * expect(run.result).toEqual({ accuracy: 0.9 });
 * await tester.close();
 * ```
 *
 * @throws UsageError for a class that is no action; what Nest throws for a dependency that nobody provides.
 */
export function createActionTester<A extends ClassOf<object>>(
  action: A,
  options: ActionTesterOptions<ParamsOfAction<A>> = {},
): Promise<ActionTester<ParamsOfAction<A>, ResultOfAction<A>>> {
  return new ActionTester<ParamsOfAction<A>, ResultOfAction<A>>(action, options).open();
}
