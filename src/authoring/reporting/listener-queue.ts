import type { RunEvent } from './run-event.js';
import { handlerOf, type RunEventHandler, type RunListener } from './run-listener.js';
import { SpillingQueue, type SpillingQueueOptions } from './spilling-queue.js';
import { laneOf, latestKeyOf, variantOf } from './event-traits.js';

/** The events on their way to one listener: neither its errors nor its pace reach whoever emits. */
export class ListenerQueue {
  private readonly handle: RunEventHandler;
  private readonly queue: SpillingQueue<RunEvent>;
  private isRunning = false;
  private isStopped = false;
  private waiters: (() => void)[] = [];
  private lostCount = 0;
  private errorCount = 0;

  constructor(listener: RunListener, options?: SpillingQueueOptions) {
    this.handle = handlerOf(listener);
    this.queue = new SpillingQueue<RunEvent>((events, unreadable) => {
      this.lostCount += events.length + unreadable;
    }, options);
  }

  /** Events that the listener never saw because neither memory nor disk could keep them. Coalesced progress does not count. */
  get lost(): number {
    return this.lostCount;
  }

  /** How often the listener threw or rejected. */
  get errors(): number {
    return this.errorCount;
  }

  /** Adds events; the listener is called later, never from here. */
  deliver(events: readonly RunEvent[]): void {
    if (this.isStopped) return;
    for (const event of events) {
      const lane = laneOf(event.type);
      if (lane === undefined) this.queue.push(event);
      else this.queue.pushLatest(event, lane, latestKeyOf(event.data), variantOf(event.data));
    }
    if (this.isRunning) return;
    this.isRunning = true;
    queueMicrotask(() => void this.run());
  }

  /** Resolves when the listener has seen everything that was delivered so far. */
  async drained(): Promise<void> {
    if (this.isRunning) await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  /** Ends delivery; what still waits is dropped. */
  stop(): void {
    this.isStopped = true;
    this.queue.dispose();
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      const event = this.queue.shift();
      if (event === undefined) break;
      try {
        const answer = this.handle(event);
        if (answer !== undefined) await answer;
      } catch {
        // A listener is a guest: its failure is counted, and the next event is its chance to recover.
        this.errorCount++;
      }
    }
    this.isRunning = false;
    this.queue.dispose();
    const { waiters } = this;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }
}
