import type { RunEventType } from './run-event.js';
import { stepText } from './step-text.js';

describe(stepText, () => {
  it.each<[RunEventType, Record<string, unknown>, string]>([
    ['step.started', { step: 'upload', attempt: 1 }, "Step 'upload' started"],
    ['step.started', { step: 'upload', attempt: 2 }, "Step 'upload' started (try 2)"],
    ['step.completed', { step: 'upload', attempt: 1, elapsed: 3.004 }, "Step 'upload' done in 3.004 s"],
    ['step.skipped', { step: 'upload' }, "Step 'upload' skipped: there is nothing to do"],
    ['step.failed', { step: 'upload', attempt: 1, error: 'no disk' }, "Step 'upload' failed: no disk"],
    ['step.failed', { step: 'upload', attempt: 1, error: null }, "Step 'upload' failed"],
    [
      'step.retrying',
      { step: 'upload', attempt: 1, error: 'busy', delay_ms: 500 },
      "Step 'upload' failed: busy; next try in 500 ms",
    ],
    [
      'step.retrying',
      { step: 'upload', attempt: 1, error: 'busy', delay_ms: 500, undo: true },
      "Step 'upload' could not be undone: busy; next try in 500 ms",
    ],
    ['step.rolled_back', { step: 'upload', attempt: 1, elapsed: 0 }, "Step 'upload' undone"],
    ['step.rollback_failed', { step: 'upload', error: 'gone' }, "Step 'upload' could not be undone: gone"],
  ])('says of %s %j what happened', (type, data, expected) => {
    expect(stepText(type, data)).toBe(expected);
  });

  it('shows an event that names no step as it is', () => {
    expect(stepText('step.started', { id: 7 })).toBe('step.started {"id":7}');
  });

  it('does not let a text of the step move the cursor', () => {
    expect(stepText('step.failed', { step: 'a', error: '\u001b[2Jgone' })).toBe("Step 'a' failed: gone");
  });
});
