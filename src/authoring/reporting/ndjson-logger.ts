import type { Clock } from './clock.js';
import { EventFlusher } from './event-flusher.js';
import { NdjsonSink } from './ndjson.js';
import type { OutputStream } from './output-stream.js';
import { RunEventStream } from './run-event-stream.js';
import { RunLogger } from './run-logger.js';

/** What an {@link NdjsonLogger} can be given. */
export interface NdjsonLoggerOptions {
  /** @defaultValue the process's standard output */
  readonly stream?: OutputStream;
  /** Run that the events are said to belong to. */
  readonly runId: string;
  /** @defaultValue 1 */
  readonly attempt?: number;
  /** @defaultValue the machine's clocks */
  readonly clock?: Clock;
}

/**
 * Writes reports as run events, one line of JSON each, at most 20 ms late. It writes no event that starts or ends a run: that
 * is the business of whoever runs it.
 */
export class NdjsonLogger extends RunLogger {
  private readonly flusher: EventFlusher;
  private readonly events: RunEventStream;

  constructor({ stream = process.stdout, runId, attempt = 1, clock }: NdjsonLoggerOptions) {
    const flusher = new EventFlusher({ clock });
    const events = new RunEventStream({ runId, attempt, sink: new NdjsonSink(stream), flusher });
    super(events);
    this.flusher = flusher;
    this.events = events;
  }

  /** Resolves when everything is written. */
  protected override async onFinish(): Promise<void> {
    await this.events.settle();
    this.flusher.close();
  }
}
