import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '../../authoring/reporting/run-event.js';

interface SpilledChunk {
  readonly file: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** The events of one run: the newest in memory, older ones in files of the process's own that go with the log. */
export class EventLog {
  #recent: RunEvent[] = [];
  #lastSeq = 0;
  #chunks: SpilledChunk[] | undefined;
  #directory: string | undefined;

  /** @param maxRecent - Events kept in memory, at least; twice as many are never reached. */
  constructor(private readonly maxRecent: number) {}

  append(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.seq <= this.#lastSeq) continue; // a retry of an append that did arrive
      this.#recent.push(event);
      this.#lastSeq = event.seq;
      if (this.#recent.length >= 2 * this.maxRecent) this.#spill();
    }
  }

  read(afterSeq: number, limit: number): readonly RunEvent[] {
    const firstRecent = this.#recent[0]?.seq ?? this.#lastSeq + 1;
    const chunk = afterSeq + 1 < firstRecent ? this.#chunks?.find(({ lastSeq }) => lastSeq > afterSeq) : undefined;
    if (chunk) return slice(readChunk(chunk.file), chunk.firstSeq, afterSeq, limit);
    return slice(this.#recent, firstRecent, afterSeq, limit);
  }

  /** Removes the files. */
  dispose(): void {
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
    this.#chunks = undefined;
    this.#recent = [];
  }

  /** Moves the older half to a file. A disk that does not take it leaves everything in memory: late is better than lost. */
  #spill(): void {
    const older = this.#recent.slice(0, this.maxRecent);
    const [first, last] = [older[0], older.at(-1)];
    if (!first || !last) return;
    try {
      this.#directory ??= mkdtempSync(join(tmpdir(), 'synapse-events-'));
      const file = join(this.#directory, `${first.seq}.ndjson`);
      writeFileSync(file, older.map((event) => JSON.stringify(event)).join('\n'), { mode: 0o600 });
      (this.#chunks ??= []).push({ file, firstSeq: first.seq, lastSeq: last.seq });
      this.#recent = this.#recent.slice(this.maxRecent);
    } catch {
      // tried again with the next event
    }
  }
}

/** Numbers have no gaps, so the place of an event follows from its number. */
function slice(events: readonly RunEvent[], firstSeq: number, afterSeq: number, limit: number): readonly RunEvent[] {
  const start = Math.max(0, afterSeq + 1 - firstSeq);
  return events.slice(start, start + limit);
}

function readChunk(file: string): RunEvent[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
}
