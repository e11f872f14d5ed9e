import type { EventFlusher } from './event-flusher.js';
import type { EventSink } from './sink-writer.js';
import type { SpillingQueueOptions } from './spilling-queue.js';

/** Limits of a `RunEventStream`. */
export interface StreamLimits extends SpillingQueueOptions {
  /** Rough size of waiting logs at which they are stored before the timer fires, in bytes. @defaultValue 1_048_576 */
  readonly maxRecentBytes?: number;
  /** Pause before the first retry of a failing store, in milliseconds; doubles up to 5,000. @defaultValue 20 */
  readonly retryDelayMs?: number;
  /** How long `close` waits for a store that fails or hangs, in milliseconds. @defaultValue 10_000 */
  readonly closeTimeoutMs?: number;
}

/** What a `RunEventStream` is made of. */
export interface RunEventStreamOptions {
  readonly runId: string;
  /** From 1; a resumed run counts on. */
  readonly attempt: number;
  readonly sink: EventSink;
  /** Shared by all streams of a runner; brings the clock. */
  readonly flusher: EventFlusher;
  /** Number of the first event; a later attempt goes on after the last stored one. @defaultValue 1 */
  readonly firstSeq?: number;
  readonly limits?: StreamLimits;
}
