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
  /** Whether runs of pipelines' actions are among those that are over. */
  hasChildren = false;

  /** Takes a run that is not over. */
  add(id: string, entry: MemoryEntry): void {
    this.runs.set(id, entry);
    this.open++;
  }

  /** Takes the run of a pipeline's action that is over, if the pipeline's run is here: they are forgotten together. */
  keepWithParent(id: string, entry: MemoryEntry): boolean {
    const { parent_id } = entry.created;
    if (parent_id === undefined || !this.runs.has(parent_id)) return false;
    this.runs.set(id, entry);
    return (this.hasChildren = true);
  }
}
