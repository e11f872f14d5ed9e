import { recordedCase } from './recorded-case.js';
import { comparable, executeRecorded, type RecordedExecution, type RecordedStep } from './recorded-steps.js';

type Case = ReturnType<typeof recordedCase<{ readonly steps: readonly RecordedStep[] }, RecordedExecution>>;

describe.each(['C07', 'C08', 'C09', 'C10', 'C11'])('%s', (id) => {
  const { title, input, expected }: Case = recordedCase(id);

  it(`${title}: outcome, order of calls, progress, results and errors are those of the original`, async () => {
    expect(await executeRecorded(input.steps)).toEqual(comparable(expected));
  });
});
