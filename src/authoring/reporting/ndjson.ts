import { type OutputStream, writeText } from './output-stream.js';
import type { RunEvent } from './run-event.js';
import type { RunObserver } from './run-listener.js';
import { safeJson } from './safe-json.js';
import type { EventSink } from './sink-writer.js';

/** Writes each event of a run as one line of JSON: the wire between processes, and a file that tools can read. */
export class NdjsonListener implements RunObserver {
  constructor(private readonly stream: OutputStream) {}

  /** Takes one event; waits while the stream is full. */
  onEvent(event: RunEvent): void | Promise<void> {
    return writeText(this.stream, `${safeJson(event)}\n`);
  }
}

/** A stream of text in the place of a store: what is written counts as stored. */
export class NdjsonSink implements EventSink {
  constructor(private readonly stream: OutputStream) {}

  /** Writes one line an event; waits while the stream is full. */
  append(_runId: string, events: readonly RunEvent[]): void | Promise<void> {
    return writeText(this.stream, events.map((event) => `${safeJson(event)}\n`).join(''));
  }
}
