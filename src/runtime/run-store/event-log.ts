import type { RunEvent } from '../../authoring/reporting/run-event.js';

/**
 * The newest events of one run in memory. Older ones are forgotten, so that a chatty run cannot fill the memory: writing them
 * to a file would cost the action more than the logging itself. A store on disk keeps them all.
 */
export class EventLog {
  #events: RunEvent[] = [];
  #lastSeq = 0;

  /** @param maxEvents - Events that are kept at least; never more than twice as many. */
  constructor(private readonly maxEvents: number) {}

  /** Number of the newest event; 0 when there was none. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  append(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.seq <= this.#lastSeq) continue; // a retry of an append that did arrive
      this.#events.push(event);
      this.#lastSeq = event.seq;
    }
    // Trimmed by halves, so that the cost of moving the rest is spread over many appends.
    if (this.#events.length > 2 * this.maxEvents) this.#events = this.#events.slice(-this.maxEvents);
  }

  /** Events after `afterSeq`; from the oldest that is left when that one is forgotten. */
  read(afterSeq: number, limit: number): readonly RunEvent[] {
    const firstSeq = this.#events[0]?.seq ?? 1;
    const start = Math.max(0, afterSeq + 1 - firstSeq);
    return this.#events.slice(start, start + limit);
  }
}
