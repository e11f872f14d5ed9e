import { EventFlusher } from './event-flusher.js';
import { RunEventStream } from './run-event-stream.js';
import type { EventSink } from './sink-writer.js';
import type { StreamLimits } from './stream-options.js';

/** A stream into this sink. */
export function setUp<S extends EventSink>(sink: S, limits?: StreamLimits, flusher = new EventFlusher()) {
  return { sink, flusher, stream: new RunEventStream({ runId: 'r1', attempt: 1, sink, flusher, limits }) };
}

/** The data of a log. */
export const log = (event: string): object => ({ event, data: {}, file: null, step: null, level: 'info' });

/** The data of a progress. */
export const progress = (key: string, percent: number, status = 'running'): object => ({ key, percent, status });
