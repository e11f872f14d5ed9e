import type { RunNotes } from '../../authoring/context/run-notes.interface.js';
import type { LendingEventStream } from '../../authoring/reporting/lending-event-stream.js';
import { NoteSecretError } from '../../foundation/errors/durability.errors.js';
import { EventsNotStoredError } from '../../foundation/errors/reporting.errors.js';
import { isRecord } from '../../foundation/schema/json-safe.js';
import type { RunStore } from '../run-store/run-store.interface.js';
import type { LeaseKeeper } from './lease-keeper.js';

/** What {@link DurableNotes} are made of. */
export interface DurableNotesOptions {
  readonly store: RunStore;
  readonly runId: string;
  readonly stream: LendingEventStream;
  readonly lease: LeaseKeeper;
}

const PAGE_EVENTS = 1_000;

/**
 * Notes as `checkpoint` events of the run: they are stored, numbered and fenced as all of its events, and travel with the entry of a step that ends
 * meanwhile. A store that fails is asked again until the lease is over, as with entries of the journal.
 */
export class DurableNotes implements RunNotes {
  readonly #options: DurableNotesOptions;

  constructor(options: DurableNotesOptions) {
    this.#options = options;
  }

  async write(name: string, note: object): Promise<void> {
    const { stream, lease } = this.#options;
    const told = { name, note };
    // A note that has lost a secret would have whoever goes on act on what stands in its place.
    const changed = changedPaths(told, stream.redacted(told));
    if (changed.length > 0) throw new NoteSecretError(name, changed);
    const lostBefore = lostNotesOf(stream);
    stream.emit('checkpoint', told);
    for (let isStored = false; !isStored;) {
      if (lease.lostError) throw lease.lostError;
      isStored = await stream.settle();
    }
    // What neither the store nor the disk has taken does not wait any more either, so nothing is left to be stored.
    const lost = lostNotesOf(stream) - lostBefore;
    if (lost > 0) throw new EventsNotStoredError(this.#options.runId, lost, undefined, undefined);
    // A late owner's events are ignored without a word, so that they were taken says nothing once the lease is over.
    await lease.confirm();
    if (lease.lostError) throw lease.lostError;
  }

  async *read(name: string): AsyncGenerator<object> {
    const { store, runId } = this.#options;
    for (let after = 0; ;) {
      const events = await store.events(runId, after, PAGE_EVENTS);
      for (const { type, data } of events) {
        if (type === 'checkpoint' && data['name'] === name && isRecord(data['note'])) yield data['note'];
      }
      if (events.length < PAGE_EVENTS) return;
      after = events.at(-1)?.seq ?? after;
    }
  }
}

/** How many notes were lost so far. What cannot be read back from the disk may have been one. */
function lostNotesOf({ lost }: LendingEventStream): number {
  return (lost['checkpoint'] ?? 0) + (lost['unreadable'] ?? 0);
}

/** Dotted paths of what is not the same in both. Of a key that has changed, the object that has it. */
function changedPaths(before: unknown, after: unknown, path: readonly string[] = []): string[] {
  if (before === after) return [];
  if (!isParent(before) || !isParent(after)) return [path.join('.')];
  const keys = Object.keys(before);
  if (keys.some((key) => !(key in after))) return [path.join('.')];
  return keys.flatMap((key) => changedPaths(before[key], after[key], [...path, key]));
}

function isParent(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
