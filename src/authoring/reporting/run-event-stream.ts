import { EventsNotStoredError } from '../../foundation/errors/reporting.errors.js';
import type { Clock } from './clock.js';
import type { EventFlusher } from './event-flusher.js';
import { laneOf, latestKeyOf, roughBytesOf, variantOf } from './event-traits.js';
import { ListenerQueue } from './listener-queue.js';
import { OpenEvent } from './open-event.js';
import type { RunEvent, RunEventType, TerminalEventType } from './run-event.js';
import type { RunListener } from './run-listener.js';
import { type EventSink, SinkWriter } from './sink-writer.js';
import { SpillingQueue } from './spilling-queue.js';
import type { RunEventStreamOptions, StreamLimits } from './stream-options.js';
import { saveUnsent } from './unsent-file.js';

const MAX_BATCH_EVENTS = 1000;
const DEFAULT_RECENT_BYTES = 1024 * 1024;
const DEFAULT_CLOSE_TIMEOUT_MS = 10_000;

/**
 * The ordered events of one attempt of a run, on their way to the store and from there to listeners.
 *
 * Emitting never waits and never throws. Events reach the store at most one interval of the flusher late; listeners
 * get an event only after it was stored, so a number that anyone has seen stays true when another process takes
 * the run over. While the store is slow or down, events wait in memory, then on disk.
 */
export class RunEventStream {
  /** @internal */
  flusherIndex = -1;
  readonly runId: string;
  readonly attempt: number;
  /** @internal */
  readonly sink: EventSink;
  /** @internal */
  readonly limits: StreamLimits | undefined;
  protected readonly flusher: EventFlusher;
  protected readonly writer: SinkWriter = new SinkWriter(this);
  private readonly maxRecentBytes: number;
  protected nextSeq: number;
  protected isClosed = false;
  private ignored = 0;
  protected pending: SpillingQueue<OpenEvent> | undefined;
  /** The first event, until there is a second: most runs have nothing to queue. */
  protected first: OpenEvent | undefined;
  private pendingSinceMs = 0;
  protected pendingBytes = 0;
  protected losses: Record<string, number> | undefined;
  private listeners: Set<ListenerQueue> | undefined;

  constructor({ runId, attempt, sink, flusher, firstSeq = 1, limits }: RunEventStreamOptions) {
    this.runId = runId;
    this.attempt = attempt;
    this.sink = sink;
    this.flusher = flusher;
    this.limits = limits;
    this.maxRecentBytes = limits?.maxRecentBytes ?? DEFAULT_RECENT_BYTES;
    this.nextSeq = firstSeq;
  }

  /** The clock that the events' times come from. */
  get clock(): Clock {
    return this.flusher.clock;
  }

  /** Number of the last event that was handed to the store; 0 when there is none. */
  get lastSeq(): number {
    return this.nextSeq - 1;
  }

  /** How many events were lost so far, by type. Empty unless the store and the disk both failed. */
  get lost(): Readonly<Record<string, number>> {
    return this.losses ?? {};
  }

  /** Events that came after the end, and were ignored. */
  get ignoredAfterClose(): number {
    return this.ignored;
  }

  /** How many events have gone through the disk so far. */
  get spilled(): number {
    return this.pending?.spilled ?? 0;
  }

  /**
   * Adds an event. It is stored within the flusher's interval; progress and metrics that wait are replaced by newer
   * ones of the same key. After the end it is counted and ignored.
   *
   * @param now - When it happened, in milliseconds since the epoch. @defaultValue the clock's time
   */
  emit(type: RunEventType, data: object, now = this.flusher.clock.now()): void {
    if (this.isClosed) {
      this.ignored++;
      return;
    }
    const event = this.open(type, data, now);
    if (this.flusherIndex < 0) {
      this.pendingSinceMs = now;
      this.flusher.add(this);
    }
    const isFull = this.hold(event);
    // Work that never yields to the event loop starves the timer; then the next event does its job.
    const isLate = now - this.pendingSinceMs >= this.flusher.intervalMs;
    if (isLate || isFull || this.pendingBytes >= this.maxRecentBytes) this.flush();
  }

  /** Hands every event that is stored from now on to `listener`, until the returned function is called. */
  subscribe(listener: RunListener): () => void {
    const queue = new ListenerQueue(listener, this.limits);
    const listeners = (this.listeners ??= new Set());
    listeners.add(queue);
    return () => {
      listeners.delete(queue);
      queue.stop();
    };
  }

  /** Whether anybody listens. */
  get isHeard(): boolean {
    return this.listeners !== undefined && this.listeners.size > 0;
  }

  /** Resolves when every listener has seen what is stored by now. */
  async drained(): Promise<void> {
    await Promise.all([...(this.listeners ?? [])].map((queue) => queue.drained()));
  }

  /** Hands waiting events to the store, unless it is busy or its next try is not due. */
  flush(): void {
    this.pendingSinceMs = this.flusher.clock.now();
    if (!this.writer.isBusy) {
      this.send();
    } else if (this.pendingBytes >= this.maxRecentBytes) {
      this.pending?.moveOn();
      this.pendingBytes = 0;
    }
  }

  /**
   * Stores everything that waits. With a store that answers at once, so does this.
   *
   * @returns false when the store failed or hung for longer than `closeTimeoutMs`; the events wait on then.
   */
  settle(): boolean | Promise<boolean> {
    if (!this.writer.isBusy) this.send();
    if (this.writer.isIdle) return true;
    return this.storeUntil(this.clock.monotonicMs() + (this.limits?.closeTimeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS));
  }

  /**
   * Stores everything that waits and then the event that ends the run. With a store that answers at once, so does this.
   *
   * @param now - When the run ended, in milliseconds since the epoch. @defaultValue the clock's time
   * @throws {@link EventsNotStoredError} when the store fails or hangs for longer than `closeTimeoutMs`.
   */
  close(type: TerminalEventType, data: object, now = this.flusher.clock.now()): void | Promise<void> {
    if (this.isClosed) {
      this.ignored++;
      return;
    }
    this.isClosed = true;
    this.flusher.remove(this);
    const terminal = this.open(type, data, now);
    const hasTrouble = !this.writer.isIdle || this.losses !== undefined || this.pending?.hasOlder === true;
    if (hasTrouble) return this.closeInTurn(terminal);
    if (!this.writer.write(this.number(this.takeLastBatch(terminal)))) return this.closeInTurn();
    this.pending?.dispose();
  }

  /** @internal */
  onStored(events: readonly RunEvent[]): void {
    if (this.listeners) for (const queue of this.listeners) queue.deliver(events);
  }

  /** @internal */
  onSettled(): void {
    // What is not urgent waits for the next tick, where it can still coalesce.
    if (!this.isClosed && this.pending?.hasOlder && !this.writer.isBusy) this.send();
  }

  protected open(type: RunEventType, data: object, nowMs: number): OpenEvent {
    return new OpenEvent(this, type, this.flusher.isoTime(nowMs), data as Record<string, unknown>);
  }

  /** Numbers are given last, when nothing can be coalesced or lost any more: that leaves no gaps. */
  protected number(events: OpenEvent[]): RunEvent[] {
    for (const event of events) event.seq = this.nextSeq++;
    return events;
  }

  /** Adds an event to those that wait; says whether they are as many as may wait in memory. */
  private hold(event: OpenEvent): boolean {
    const lane = laneOf(event.type);
    if (lane === undefined) this.pendingBytes += roughBytesOf(event);
    if (!this.pending && !this.first) {
      this.first = event;
      return false;
    }
    const queue = (this.pending ??= this.createQueue());
    if (this.first) this.enqueue(queue, this.first);
    this.first = undefined;
    this.enqueue(queue, event);
    return queue.isRecentFull;
  }

  private enqueue(queue: SpillingQueue<OpenEvent>, event: OpenEvent): void {
    const lane = laneOf(event.type);
    if (lane === undefined) queue.push(event);
    else queue.pushLatest(event, lane, latestKeyOf(event.data), variantOf(event.data));
  }

  protected takeBatch(): OpenEvent[] {
    const { first } = this;
    if (!first) return this.pending?.takeBatch(MAX_BATCH_EVENTS) ?? [];
    this.first = undefined;
    return [first];
  }

  /** What waits, and the event that ends it. A literal where there is one before it, since a list that grows reserves for many. */
  private takeLastBatch(terminal: OpenEvent): OpenEvent[] {
    const { first } = this;
    this.first = undefined;
    return first ? [first, terminal] : [...(this.pending?.takeBatch(MAX_BATCH_EVENTS) ?? []), terminal];
  }

  private createQueue(): SpillingQueue<OpenEvent> {
    return new SpillingQueue<OpenEvent>((events, unreadable) => {
      this.losses ??= {};
      for (const { type } of events) this.losses[type] = (this.losses[type] ?? 0) + 1;
      if (unreadable > 0) this.losses.unreadable = (this.losses.unreadable ?? 0) + unreadable;
    }, this.limits);
  }

  /** Hands over batch after batch until the store is busy or nothing waits. */
  private send(): void {
    for (;;) {
      if (this.writer.isIdle) {
        const events = this.takeBatch();
        this.pendingBytes = 0;
        if (events.length === 0) return this.flusher.remove(this);
        if (!this.writer.write(this.number(events))) return;
      } else if (!this.writer.retry()) {
        return;
      }
    }
  }

  private async closeInTurn(terminal?: OpenEvent): Promise<void> {
    const deadlineMs = this.clock.monotonicMs() + (this.limits?.closeTimeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS);
    const isStored = await this.storeUntil(deadlineMs);
    if (!isStored) throw this.giveUp(terminal);
    if (terminal) {
      if (this.losses) terminal.data = { ...terminal.data, lost: this.losses };
      if (!this.writer.write(this.number([terminal])) && !(await this.storeUntil(deadlineMs))) throw this.giveUp();
    }
    this.pending?.dispose();
  }

  /** Stores what waits, in as many tries as it takes; false when the deadline passed first. */
  private async storeUntil(deadlineMs: number): Promise<boolean> {
    for (;;) {
      if (!this.writer.isBusy) this.send();
      if (this.writer.isIdle) return true;
      const leftMs = deadlineMs - this.clock.monotonicMs();
      if (leftMs <= 0) return false;
      await this.writer.nextChance(leftMs);
    }
  }

  /** The store stayed away: the events that it did not take are kept in a file, and the error says where. */
  private giveUp(terminal?: OpenEvent): EventsNotStoredError {
    const unsent: RunEvent[] = [...this.writer.unstored];
    for (let batch = this.takeBatch(); batch.length > 0; batch = this.takeBatch()) unsent.push(...this.number(batch));
    if (terminal) unsent.push(...this.number([terminal]));
    this.pending?.dispose();
    const savedTo = saveUnsent(`${this.runId}-${this.attempt}`, unsent, this.limits?.directory);
    return new EventsNotStoredError(this.runId, unsent.length, savedTo, this.writer.lastFailure);
  }
}
