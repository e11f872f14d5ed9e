import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LogEntry, LoggerBackend } from './logger-backend.interface.js';
import type { ProgressData } from './progress-data.js';
import type { RunEvent } from './run-event.js';
import type { EventSink } from './sink-writer.js';

/** A store in memory that keeps to the contract: an event whose number is there already is ignored. */
export class CollectingSink implements EventSink {
  readonly events: RunEvent[] = [];
  readonly batchSizes: number[] = [];

  append(_runId: string, events: readonly RunEvent[]): void | Promise<void> {
    this.batchSizes.push(events.length);
    const known = new Set(this.events.map((event) => event.seq));
    this.events.push(...events.filter((event) => !known.has(event.seq)));
  }

  get types(): string[] {
    return this.events.map((event) => event.type);
  }

  get seqs(): number[] {
    return this.events.map((event) => event.seq);
  }
}

/** Answers each append after `delayMs`. */
export class SlowSink extends CollectingSink {
  constructor(private readonly delayMs: number) {
    super();
  }

  override async append(runId: string, events: readonly RunEvent[]): Promise<void> {
    await sleep(this.delayMs);
    await super.append(runId, events);
  }
}

/** Fails while `isDown`; with `isTorn`, it stores half of a batch before it fails. */
export class FailingSink extends CollectingSink {
  isDown = true;
  isTorn = false;
  attempts = 0;

  override append(runId: string, events: readonly RunEvent[]): void {
    this.attempts++;
    if (this.isDown) {
      if (this.isTorn) void super.append(runId, events.slice(0, Math.ceil(events.length / 2)));
      throw new Error('disk I/O error');
    }
    void super.append(runId, events);
  }
}

/** Resolves when `holds` does; the test's own time limit ends the wait. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(2);
}

/** Whole numbers from 1 to `last`. */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** Bytes on the heap that are still in use. */
export function liveHeapBytes(): number {
  setFlagsFromString('--expose_gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** A platform that fails the calls whose numbers, from 1, are given, and remembers what it took. */
export class RecordingBackend implements LoggerBackend {
  readonly delivered: {
    readonly text: string;
    readonly key: string | null;
    readonly id: string;
    readonly jobId: string;
  }[] = [];
  calls = 0;

  constructor(private readonly fails: (call: number) => boolean = () => false) {}

  publishProgress(jobId: string, progress: ProgressData, key: string | null, id: string): void | Promise<void> {
    return this.take({ text: `progress ${progress.percent.toFixed(1)} ${progress.status}`, key, id, jobId });
  }

  publishMetrics(jobId: string, metrics: Record<string, Record<string, unknown>>, id: string): void | Promise<void> {
    return this.take({ text: `metrics ${JSON.stringify(metrics)}`, key: null, id, jobId });
  }

  publishLog(jobId: string, entry: LogEntry, id: string): void | Promise<void> {
    return this.take({ text: entry.event, key: entry.step, id, jobId });
  }

  get texts(): string[] {
    return this.delivered.map(({ text }) => text);
  }

  protected take(entry: (typeof this.delivered)[number]): void | Promise<void> {
    this.calls++;
    if (this.fails(this.calls)) throw new Error('backend down');
    this.delivered.push(entry);
  }
}

/** Collects what is written to it; a terminal when it is told so. */
export class TextStream extends Writable {
  text = '';
  isTTY?: boolean;
  columns?: number;
  rows?: number;

  constructor(shape: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number } = {}) {
    super({ decodeStrings: false });
    Object.assign(this, shape);
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}
