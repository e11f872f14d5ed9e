import { recordedCase } from './recorded-case.js';
import { executeRecorded, type RecordedStep } from './recorded-steps.js';

interface Variants {
  readonly skip_check_throws: readonly RecordedStep[];
  readonly progress_callback_throws: { readonly steps: readonly RecordedStep[]; readonly callback_throws_at_call: number };
  readonly step_returns_nothing: readonly RecordedStep[];
}

const { variants } = recordedCase<{ readonly variants: Variants }, unknown>('C13').input;
const undoOfA = 'rollback a success=true rollback_data={"id": "a"}';

// All three are fixes: the original lets the raw error escape, and undoes nothing.
describe('C13: the ways out that the original forgets', () => {
  it('D16: a skip check that throws fails the step and undoes those before it', async () => {
    const { outcome, trace, step_results } = await executeRecorded(variants.skip_check_throws);

    expect(outcome).toEqual({ error: { message: "Step 'b' failed: skip boom" } });
    expect(trace).toEqual(['can_skip a', 'execute a', 'progress 50/100', 'can_skip b', undoOfA]);
    expect(step_results).toHaveLength(1);
  });

  it('D16: a progress callback that throws is logged, and the work goes on', async () => {
    const { steps, callback_throws_at_call } = variants.progress_callback_throws;
    const { outcome, trace, logger_events } = await executeRecorded(steps, { throwsAtCall: callback_throws_at_call });

    expect(outcome).toEqual({ value: { success: true, steps_executed: 2, steps_total: 2 } });
    expect(trace.filter((line) => line.startsWith('progress'))).toEqual(['progress 50/100', 'progress 100/100']);
    expect(logger_events).toEqual([
      expect.objectContaining({ level: 'warning', data: { message: expect.stringContaining('callback boom') } }),
    ]);
  });

  it('D16: a step that returns nothing fails, and is undone before those before it', async () => {
    const { outcome, trace } = await executeRecorded(variants.step_returns_nothing);

    expect(outcome.error?.message).toMatch(/^Step 'b' failed: step returned no result/);
    expect(trace.slice(-2)).toEqual(['rollback b success=false rollback_data={}', undoOfA]);
  });
});
