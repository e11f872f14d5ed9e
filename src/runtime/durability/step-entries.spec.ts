import { journalStateOf } from '../../authoring/steps/journal-state.js';
import type { StepJournalEntry } from '../../authoring/steps/step-journal.interface.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { RunCancelledError } from '../../foundation/errors/run.errors.js';
import type { JournalEntry } from '../run-store/run-journal.js';
import { type EntryFacts, storedEntryOf, storedStepsOf } from './step-entries.js';

const ok = new StepResult({ data: { count: 1 }, rollbackData: { urls: ['/1'] }, timestamp: 7 });
const failed = new StepResult({ success: false, error: 'no luck', timestamp: 8 });

const ENTRIES: readonly StepJournalEntry[] = [
  { kind: 'step_ended', record: { name: 'a', result: ok, needsUndo: true }, next: ['b', 'c'], percent: 25 },
  {
    kind: 'step_ended',
    record: { name: 'b', result: new StepResult({ skipped: true, timestamp: 9 }), needsUndo: false },
    next: ['c'],
  },
  { kind: 'undo_started', step: 'c', error: null, records: [{ name: 'c', result: failed, needsUndo: true }] },
  { kind: 'step_undone', step: 'c', ok: false, error: 'stuck' },
  { kind: 'step_undone', step: 'a', ok: true },
];

/** Through text, as a store has it. */
function stored(entries: readonly StepJournalEntry[], facts: Partial<EntryFacts> = {}): JournalEntry[] {
  return entries.map(
    (entry, index) =>
      JSON.parse(
        JSON.stringify({ epoch: 1, ...storedEntryOf(entry, { seq: index + 1, at: 100 + index, ...facts }) }),
      ) as JournalEntry,
  );
}

describe('The entries of a journal, as a store keeps them', () => {
  it('tell the same as before, whatever has happened', () => {
    for (let length = 0; length <= ENTRIES.length; length++) {
      const some = ENTRIES.slice(0, length);

      expect(storedStepsOf(stored(some))).toMatchObject({ state: journalStateOf(some), lastSeq: length });
    }
  });

  it('have results that are results again, with what their undo needs', () => {
    const [record] = storedStepsOf(stored(ENTRIES)).state.records;

    expect(record?.result).toBeInstanceOf(StepResult);
    expect(record?.result.rollbackData).toEqual({ urls: ['/1'] });
  });

  it('have what an undo needs apart from the result, so that it is found without reading all of it', () => {
    expect(stored(ENTRIES)[0]).toMatchObject({ kind: 'step', name: 'a', rollback_data: { urls: ['/1'] }, at: 100 });
    expect(stored(ENTRIES)[0]?.result).not.toHaveProperty('rollback_data');
  });

  it('have the context of the last entry that has one, and the last percent', () => {
    const [first, second, third] = stored(ENTRIES);
    const entries = [first, { ...second, context: { seen: 2 } }, third] as JournalEntry[];

    expect(storedStepsOf(entries)).toMatchObject({ state: { context: { seen: 2 } } });
    expect(storedStepsOf(stored(ENTRIES.slice(0, 1))).percent).toBe(25);
    expect(storedStepsOf([]).state.context).toBeUndefined();
  });

  it('say why the run was told to end', () => {
    const abort = new RunCancelledError('work', 'enough').toJSON();

    expect(storedStepsOf(stored(ENTRIES, { abort })).abort).toMatchObject({ code: 'SYN_RUN_CANCELLED' });
    expect(storedStepsOf(stored(ENTRIES)).abort).toBeUndefined();
  });

  it('keep what they can of a failed step whose values have no JSON form: its undo must go on', () => {
    const odd = new StepResult({ success: false, error: 'x', rollbackData: { id: 7n, url: '/1' } });
    const [entry] = stored([
      { kind: 'undo_started', step: 'a', error: 'x', records: [{ name: 'a', result: odd, needsUndo: true }] },
    ]);

    expect(storedStepsOf(entry ? [entry] : []).state.records[0]?.result.rollbackData).toEqual({ id: '7', url: '/1' });
  });
});
