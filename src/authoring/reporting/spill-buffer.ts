import { randomUUID } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { safeJson } from './safe-json.js';

/** How much a {@link SpillBuffer} keeps in memory, and where the rest goes. */
export interface SpillOptions {
  /** Most items in memory. @defaultValue 10_000 */
  readonly maxMemoryItems?: number;
  /** Most bytes in memory, counted as the items' JSON. @defaultValue 8_388_608 (8 MiB) */
  readonly maxMemoryBytes?: number;
  /** Folder for the file. @defaultValue the system's folder for temporary files */
  readonly directory?: string;
}

/** Told of the items that the disk could not take, or of how many it could not give back. */
export type OnLost<T> = (items: readonly T[], unreadable: number) => void;

interface Entry<T> {
  readonly item: T;
  readonly bytes: number;
}

/** Taken entries are let go of in batches of at least this many. */
const TRIM_ITEMS = 1024;
const READ_BYTES = 256 * 1024;

/**
 * A first-in first-out queue whose memory is bounded: the oldest items wait in memory, the rest as lines of JSON in a
 * temporary file that only this user can read. Items that went through the file come back as plain JSON values.
 *
 * Writing is synchronous on purpose: work that blocks the event loop can produce items faster than anything
 * asynchronous could take them away.
 */
export class SpillBuffer<T> {
  private memory: Entry<T>[] = [];
  private memoryHead = 0;
  private memoryBytes = 0;
  private file: { readonly fd: number; readonly path: string } | undefined;
  private fileItems = 0;
  private readOffset = 0;
  private writeOffset = 0;
  private spilledItems = 0;

  constructor(
    private readonly onLost: OnLost<T>,
    private readonly options: SpillOptions = {},
  ) {}

  /** How many items wait, in memory and on disk. */
  get size(): number {
    return this.memory.length - this.memoryHead + this.fileItems;
  }

  /** How many items have gone through the file so far. */
  get spilled(): number {
    return this.spilledItems;
  }

  /** Adds `items` behind those that wait. Never throws: what the disk refuses is reported as lost. */
  push(items: readonly T[]): void {
    const { maxMemoryItems = 10_000, maxMemoryBytes = 8 * 1024 * 1024 } = this.options;
    for (let index = 0; index < items.length; index++) {
      const item = items[index] as T;
      // Once something is on disk, what comes later has to queue behind it.
      const isFull = this.memory.length - this.memoryHead >= maxMemoryItems || this.memoryBytes >= maxMemoryBytes;
      if (this.fileItems > 0 || isFull) return this.spill(items.slice(index));
      const bytes = safeJson(item).length;
      this.memory.push({ item, bytes });
      this.memoryBytes += bytes;
    }
  }

  /** Takes up to `max` of the oldest items. */
  take(max: number): T[] {
    if (this.memoryHead === this.memory.length) this.refill();
    const taken: T[] = [];
    while (taken.length < max && this.memoryHead < this.memory.length) {
      const { item, bytes } = this.memory[this.memoryHead++] as Entry<T>;
      this.memoryBytes -= bytes;
      taken.push(item);
    }
    if (this.memoryHead === this.memory.length || this.memoryHead >= TRIM_ITEMS) {
      this.memory = this.memory.slice(this.memoryHead);
      this.memoryHead = 0;
    }
    return taken;
  }

  /** Removes the file. What still waits is gone. */
  dispose(): void {
    this.memory = [];
    this.memoryHead = 0;
    this.memoryBytes = 0;
    this.fileItems = 0;
    this.readOffset = 0;
    this.writeOffset = 0;
    if (!this.file) return;
    const { fd, path } = this.file;
    this.file = undefined;
    closeSync(fd);
    rmSync(path, { force: true });
  }

  private spill(items: readonly T[]): void {
    const bytes = Buffer.from(items.map((item) => `${safeJson(item)}\n`).join(''));
    try {
      const { fd } = (this.file ??= openSpillFile(this.options.directory ?? tmpdir()));
      // Positions are explicit, so a write that failed half-way is simply overwritten by the next one.
      for (let done = 0; done < bytes.length;) {
        done += writeSync(fd, bytes, done, bytes.length - done, this.writeOffset + done);
      }
    } catch {
      this.onLost(items, 0);
      return;
    }
    this.writeOffset += bytes.length;
    this.fileItems += items.length;
    this.spilledItems += items.length;
  }

  /** Brings the next lines back into memory. */
  private refill(): void {
    if (!this.file || this.fileItems === 0) return;
    let text: string;
    try {
      text = readLines(this.file.fd, this.readOffset, this.writeOffset);
      this.memory = text
        .slice(0, -1)
        .split('\n')
        .map((line) => ({ item: JSON.parse(line) as T, bytes: line.length }));
    } catch {
      this.onLost([], this.fileItems);
      this.fileItems = 0;
      this.readOffset = this.writeOffset;
      return;
    }
    this.readOffset += Buffer.byteLength(text);
    this.memoryHead = 0;
    this.memoryBytes = text.length - this.memory.length;
    this.fileItems -= this.memory.length;
    if (this.fileItems > 0) return;
    ftruncateSync(this.file.fd, 0);
    this.readOffset = 0;
    this.writeOffset = 0;
  }
}

function openSpillFile(directory: string): { fd: number; path: string } {
  const path = join(directory, `synapse-spill-${process.pid}-${randomUUID()}.ndjson`);
  return { fd: openSync(path, 'wx+', 0o600), path };
}

/** Whole lines from `start` on: as many as fit a read, and at least one however long it is. */
function readLines(fd: number, start: number, end: number): string {
  for (let wanted = READ_BYTES; ; wanted *= 4) {
    const buffer = Buffer.allocUnsafe(Math.min(wanted, end - start));
    const length = readSync(fd, buffer, 0, buffer.length, start);
    const lastBreak = buffer.subarray(0, length).lastIndexOf(10);
    if (lastBreak >= 0) return buffer.toString('utf8', 0, lastBreak + 1);
    if (buffer.length === end - start) throw new Error('the file ends before its last line does');
  }
}
