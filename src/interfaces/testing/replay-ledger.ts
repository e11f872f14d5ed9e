import { isDeepStrictEqual } from 'node:util';
import type { ReplayDifference } from '../../foundation/errors/replay.errors.js';
import type { NewJournalEntry } from '../../runtime/run-store/run-journal.js';

type Kept = Pick<NewJournalEntry, 'result' | 'rollback_data' | 'context'>;

const PARTS = ['result', 'rollback_data', 'context'] as const;

/** What the steps of runs came to when they ended for the first time, to compare what they come to again. */
export class ReplayLedger {
  readonly #first = new Map<string, Kept>();
  #differences: ReplayDifference[] = [];

  /** Whether the entry is the first of its kind for its step; notes it down then, and compares it else. */
  isFirst(runId: string, entry: NewJournalEntry): boolean {
    const key = [runId, entry.kind, entry.name].join('\n');
    const kept = keptOf(entry);
    const first = this.#first.get(key);
    if (!first) {
      this.#first.set(key, kept);
      return true;
    }
    for (const what of PARTS) {
      if (isDeepStrictEqual(first[what], kept[what])) continue;
      this.#differences.push({ step: entry.name, what, first: first[what], again: kept[what] });
    }
    return false;
  }

  /** What differed since it was asked last. */
  takeDifferences(): readonly ReplayDifference[] {
    const differences = this.#differences;
    this.#differences = [];
    return differences;
  }
}

/** The JSON form, without the times at which steps end. */
function keptOf({ result, rollback_data, context }: NewJournalEntry): Kept {
  const kept = JSON.parse(JSON.stringify({ result, rollback_data, context })) as Kept;
  const timed = kept.result as { timestamp?: number; records?: { result: { timestamp?: number } }[] } | undefined;
  delete timed?.timestamp;
  for (const record of timed?.records ?? []) delete record.result.timestamp;
  return kept;
}
