import { setImmediate as turn } from 'node:timers/promises';
import { boundRun } from '../context/run-binding.fixture.js';
import { RuntimeContext } from '../context/runtime-context.js';
import type { CollectingSink } from '../reporting/reporting.fixture.js';
import { BaseStep, type StepLike } from './base-step.js';
import { type JournalState, journalStateOf } from './journal-state.js';
import { snapshotContext } from './context-snapshot.js';
import type { MaybePromise } from './maybe-promise.js';
import type { OrchestratorHooks, StepEventData, StepEventType } from './orchestrator-hooks.js';
import type { StepClock } from './step-clock.js';
import { StepContext } from './step-context.js';
import type { StepJournal, StepJournalEntry } from './step-journal.interface.js';
import { StepOrchestrator } from './step-orchestrator.js';
import { StepRegistry } from './step-registry.js';
import { StepResult } from './step-result.js';

/** What a spec says about a step; the rest is a step that succeeds. */
export interface StepParts extends Partial<StepLike> {
  readonly execute?: (context: StepContext) => MaybePromise<StepResult>;
}

/** A step of this name, with its own undo data. */
export function step(name: string, parts: StepParts = {}): StepLike {
  return { name, execute: () => StepResult.ok({}, { rollbackData: { id: name } }), ...parts };
}

/** Notes in `undone` which steps were undone, in order. */
export function undoable(undone: string[], name: string, parts: StepParts = {}): ReturnType<typeof step> {
  return step(name, { rollback: () => void undone.push(name), ...parts });
}

/** Parts of a step that fails. */
export const failing = { execute: () => StepResult.fail('bad') };
/** Parts of a step that throws. */
export const throwing = {
  execute: () => {
    throw new Error('boom');
  },
};

/** A step that waits until it is told to end or to go on. */
export class HeldStep extends BaseStep {
  readonly started = Promise.withResolvers<StepContext>();
  readonly released = Promise.withResolvers<StepResult>();

  constructor(
    override readonly name: string,
    private readonly parts: { readonly ignoresSignal?: boolean } & Pick<StepLike, 'rollback' | 'timeoutMs'> = {},
  ) {
    super();
    Object.assign(this, { timeoutMs: parts.timeoutMs });
  }

  execute(context: StepContext): Promise<StepResult> {
    const { signal } = context;
    this.started.resolve(context);
    if (!this.parts.ignoresSignal) {
      signal.addEventListener('abort', () => this.released.reject(signal.reason as Error), { once: true });
    }
    return this.released.promise;
  }

  override rollback(context: StepContext, result: StepResult): MaybePromise<void> {
    return this.parts.rollback?.(context, result);
  }
}

/** Time that passes only when the spec says so. */
export class ManualClock implements StepClock {
  private nowMs = 0;
  private readonly timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  get waiting(): number {
    return this.timers.size;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Lets `ms` pass; what falls due happens in order, and what follows from it before the next. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await turn();
    for (let due = this.next(untilMs); due; due = this.next(untilMs)) {
      this.nowMs = due.atMs;
      this.timers.delete(due);
      due.callback();
      await turn();
    }
    this.nowMs = untilMs;
  }

  private next(untilMs: number): { readonly atMs: number; readonly callback: () => void } | undefined {
    const due = [...this.timers].filter(({ atMs }) => atMs <= untilMs);
    return due.reduce<(typeof due)[number] | undefined>(
      (first, timer) => (first && first.atMs <= timer.atMs ? first : timer),
      undefined,
    );
  }
}

/** A journal in memory, that can die at any entry. */
export class MemoryJournal implements StepJournal {
  readonly entries: StepJournalEntry[] = [];
  private context: Readonly<Record<string, unknown>> | undefined;

  /** @param dies - Says, with the number of the entry from 0, whether the process dies instead of writing it. */
  constructor(private readonly dies: (index: number) => boolean = () => false) {}

  async commit(entry: StepJournalEntry, context: StepContext): Promise<void> {
    const index = this.entries.length;
    await turn();
    if (this.dies(index)) throw new Error('the process is gone');
    if (this.entries.length !== index) throw new Error('two entries are being written at once');
    // Through text, as a store would: what comes back shares nothing with the process that wrote it.
    this.entries.push(revived(JSON.stringify(entry)));
    this.context = JSON.parse(JSON.stringify(snapshotContext(context))) as Readonly<Record<string, unknown>>;
  }

  get state(): JournalState {
    return journalStateOf(this.entries, this.context);
  }
}

function revived(text: string): StepJournalEntry {
  return JSON.parse(text, (key, value: unknown) =>
    key === 'result' ? StepResult.fromJSON(value as never) : value,
  ) as StepJournalEntry;
}

/** An orchestrator over a run that nobody drives, and all that it reports. */
export interface Stage<C extends StepContext> {
  readonly context: C;
  readonly orchestrator: StepOrchestrator<C>;
  readonly registry: StepRegistry;
  readonly events: readonly (readonly [StepEventType, StepEventData])[];
  readonly progress: readonly number[];
  readonly controller: AbortController;
  /** What the run's stream has got. */
  readonly reported: () => CollectingSink;
}

type ContextOf<C extends StepContext> = new (ctx: RuntimeContext<never>) => C;

/** Sets the stage for these steps; a list within the list is a group. */
export function stage<C extends StepContext = StepContext>(
  steps: readonly (StepLike | readonly StepLike[])[],
  hooks: OrchestratorHooks = {},
  type: ContextOf<C> = StepContext as unknown as ContextOf<C>,
): Stage<C> {
  const controller = new AbortController();
  const { binding, reported } = boundRun({} as never, { signal: controller.signal });
  const context = new type(new RuntimeContext(binding));
  const registry = new StepRegistry();
  for (const one of steps) {
    if (Array.isArray(one)) registry.registerGroup(one as StepLike[]);
    else registry.register(one as StepLike);
  }
  const events: [StepEventType, StepEventData][] = [];
  const progress: number[] = [];
  const orchestrator = new StepOrchestrator(registry, context, {
    onEvent: (eventType, data) => void events.push([eventType, data]),
    onProgress: (percent) => void progress.push(percent),
    ...hooks,
  });
  return { context, orchestrator, registry, events, progress, controller, reported };
}

/** Events as short lines: `completed a`, with the number of the try where it is not the first. */
export function lines({ events }: Pick<Stage<StepContext>, 'events'>): string[] {
  return events.map(
    ([type, { step: name, attempt = 1 }]) => `${type.slice(5)} ${name}${attempt > 1 ? ` ${attempt}` : ''}`,
  );
}
