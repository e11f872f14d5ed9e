import { StepResult } from './step-result.js';

describe(StepResult, () => {
  it('of a step that did its work has its data and what its undo needs', () => {
    const result = StepResult.ok({ urls: ['a'] }, { rollbackData: { ids: [1] } });

    expect(result).toMatchObject({
      success: true,
      skipped: false,
      error: null,
      data: { urls: ['a'] },
      rollbackData: { ids: [1] },
    });
    expect(Date.now() - result.timestamp).toBeLessThan(60_000);
  });

  it('of a step that failed has the message and, in this process, what was thrown', () => {
    const cause = new Error('disk full');
    const result = StepResult.fail('disk full', { cause, data: { at: 7 }, rollbackData: { ids: [1] } });

    expect(result).toMatchObject({ success: false, error: 'disk full', data: { at: 7 }, rollbackData: { ids: [1] } });
    expect(result.cause).toBe(cause);
    expect(Object.keys(result)).not.toContain('cause');
  });

  it.each([StepResult.ok(), StepResult.fail(null), StepResult.skipped(), new StepResult()])(
    'always has objects for its data, so that nobody has to ask',
    ({ data, rollbackData }) => {
      expect([data, rollbackData]).toEqual([{}, {}]);
    },
  );

  it.each([
    StepResult.ok({ n: 1 }, { rollbackData: { id: 'x' } }),
    StepResult.fail('bad', { data: { at: 7 } }),
    StepResult.fail(null),
    StepResult.skipped(),
  ])('comes back from JSON as it was', (result) => {
    const text = JSON.stringify(result);
    const back = StepResult.fromJSON(JSON.parse(text) as never);

    expect(back).toBeInstanceOf(StepResult);
    expect(back).toEqual(result);
    expect(JSON.parse(text)).toHaveProperty('rollback_data');
  });

  it('is told from what only looks like one, also across copies of the package', () => {
    const ofAnotherCopy = { success: true, [Symbol.for('synapse:step-result')]: true };

    expect([StepResult.ok(), ofAnotherCopy].map((value) => StepResult.is(value))).toEqual([true, true]);
    expect([{ success: true }, null, undefined, 'ok', 7].some((value) => StepResult.is(value))).toBe(false);
  });
});
