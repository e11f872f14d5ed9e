import type { RunEvent, RunEventType, TerminalEventType } from './run-event.js';
import { RunEventStream } from './run-event-stream.js';
import type { RunEventStreamOptions } from './stream-options.js';

/** The event that ends a run; without a type, the stream just ends. */
export interface StreamEnd {
  readonly type?: TerminalEventType;
  readonly data: object;
  /** When the run ended, in milliseconds since the epoch. */
  readonly now: number;
}

/** A stream whose events can go into the same commit as what they tell of. Between commits it stores them itself. */
export class LendingEventStream extends RunEventStream {
  readonly #redact: ((data: object) => object) | undefined;
  #hasLentEnd = false;

  /** @param redact - Takes out of an event what must not be stored. */
  constructor(options: RunEventStreamOptions, redact?: (data: object) => object) {
    super(options);
    this.#redact = redact;
  }

  override emit(type: RunEventType, data: object, now?: number): void {
    super.emit(type, this.redacted(data), now);
  }

  /** What is stored of an event's data. */
  redacted(data: object): object {
    return this.#redact ? this.#redact(data) : data;
  }

  /**
   * Lends the events that are not known to be stored, in their order. Until they are given back the stream stores nothing itself, and an
   * earlier try that is still under way does not count any more: the events that it carries are among them.
   *
   * @param end - Ends the stream with this.
   */
  lend(end?: StreamEnd): readonly RunEvent[] {
    const events = this.takeBatch();
    if (end) {
      for (let more = this.takeBatch(); more.length > 0; more = this.takeBatch()) events.push(...more);
      this.isClosed = true;
      this.flusher.remove(this);
      this.#hasLentEnd = end.type !== undefined;
      if (end.type) events.push(this.open(end.type, this.#lastData(end.data), end.now));
    }
    this.pendingBytes = 0;
    return this.writer.lend(this.number(events));
  }

  /** Ends the loan: the events are stored; or they are not, the stream stores them itself, and has not ended. */
  giveBack(areStored: boolean): void {
    if (areStored) {
      this.writer.takeBack(true);
      if (this.isClosed) this.pending?.dispose();
      return;
    }
    if (this.#hasLentEnd) {
      this.writer.dropLast();
      this.nextSeq--;
    }
    this.#hasLentEnd = false;
    this.isClosed = false;
    this.writer.takeBack(false);
    this.flusher.add(this);
  }

  /** Stores nothing any more: the numbers are somebody else's to give. */
  abandon(): void {
    this.isClosed = true;
    this.flusher.remove(this);
    this.writer.abandon();
    this.pending?.dispose();
    this.pending = undefined;
    this.first = undefined;
  }

  #lastData(data: object): object {
    const told = this.redacted(data);
    return this.losses ? { ...told, lost: this.losses } : told;
  }
}
