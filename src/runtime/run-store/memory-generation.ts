import type { MemoryEntry } from './memory-entry.js';

/**
 * Runs that a store in memory forgets together. A generation is dropped whole, since a Map that is added to and deleted from for ever leaves
 * its outgrown tables in a chain, which keeps every run alive until the next full collection.
 */
export class MemoryGeneration {
  readonly runs = new Map<string, MemoryEntry>();
  /** Runs in it that are not over. */
  open = 0;
  /** Runs that have ended while it was the young one. */
  finished = 0;
  readonly #children = new Map<string, MemoryEntry[]>();
  /** Those of one pipeline follow each other: most often they are known. */
  #parentId = '';
  #siblings: MemoryEntry[] = [];

  /** Runs of pipelines' actions that are over, by their pipelines' runs: going through all runs for them would cost each run a twentieth. */
  get children(): ReadonlyMap<string, readonly MemoryEntry[]> {
    return this.#children;
  }

  /** Takes a run that is not over. */
  add(id: string, entry: MemoryEntry): void {
    this.runs.set(id, entry);
    this.open++;
  }

  /** Notes that the run of a pipeline's action, which is here, is over. */
  noteChild(parentId: string, entry: MemoryEntry): void {
    if (parentId !== this.#parentId) {
      this.#parentId = parentId;
      this.#siblings = this.#children.get(parentId) ?? [];
      this.#children.set(parentId, this.#siblings);
    }
    this.#siblings.push(entry);
  }

  /** Takes runs of a pipeline's actions from the generation before, as far as they were not removed from there. */
  takeChildren(parentId: string, { runs, children }: MemoryGeneration): void {
    for (const entry of children.get(parentId) ?? []) {
      const { id } = entry.created;
      if (!runs.has(id)) continue;
      this.runs.set(id, entry);
      this.noteChild(parentId, entry);
    }
  }
}
