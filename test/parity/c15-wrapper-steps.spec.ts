import type { StepLike } from '../../src/authoring/steps/base-step.js';
import { StepOrchestrator } from '../../src/authoring/steps/step-orchestrator.js';
import { StepRegistry } from '../../src/authoring/steps/step-registry.js';
import { LoggingStep } from '../../src/authoring/steps/wrappers/logging-step.js';
import { TimingStep } from '../../src/authoring/steps/wrappers/timing-step.js';
import { type StepValidation, ValidationStep } from '../../src/authoring/steps/wrappers/validation-step.js';
import { recordedCase } from './recorded-case.js';
import {
  comparable,
  executeRecorded,
  outcomeOf,
  recordedContext,
  type RecordedExecution,
  type RecordedStep,
} from './recorded-steps.js';

type Outcome = RecordedExecution['outcome'];
type Inputs = Readonly<Record<string, readonly RecordedStep[]>>;
type Expected = Readonly<Record<string, RecordedExecution>> & {
  readonly validation_pass: Outcome;
  readonly validation_fail: Outcome;
  readonly validation_fail_no_message: Outcome;
  readonly validation_defaults: { readonly name: string; readonly weight: number };
};

const { input, expected } = recordedCase<Inputs, Expected>('C15');
const logging = (step: StepLike): StepLike => new LoggingStep(step);
const timing = (step: StepLike): StepLike => new TimingStep(step);

/** The recorded execution, its places for durations filled with what must stand there. */
function withDurations(recorded: RecordedExecution): RecordedExecution {
  const text = JSON.stringify(comparable(recorded));
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith('<seconds') ? expect.any(Number) : value,
  ) as RecordedExecution;
}

/** D15 is a fix: each entry that was logged within a step, or while it was undone, now names it. */
function tagged(recorded: RecordedExecution, steps: readonly (string | null)[]): RecordedExecution {
  const logger_events = recorded.logger_events.map((event, index) => ({ ...event, step: steps[index] ?? null }));
  return { ...recorded, logger_events };
}

describe('C15: wrapper steps', () => {
  it.each<[string, (step: StepLike) => StepLike, string[]]>([
    ['logging_ok', logging, ['logged_a', 'logged_a']],
    ['logging_fail', logging, ['logged_a', 'logged_a', 'logged_b', 'logged_b', 'logged_b', 'logged_b']],
    ['logging_throw', logging, ['logged_b', 'logged_b']],
    ['logging_skip', logging, []],
    ['timing_ok', timing, []],
    ['logging_of_timing', (step) => logging(timing(step)), ['logged_timed_x', 'logged_timed_x']],
  ])('%s is as in the original, with its log entries tagged by step', async (name, wrap, steps) => {
    const recorded = expected[name];
    if (!recorded) throw new Error(`C15 has no ${name}`);

    expect(await executeRecorded(input[name] ?? [], { wrap })).toEqual(tagged(withDurations(recorded), steps));
  });

  it.each<[string, StepValidation, string | undefined, Outcome]>([
    ['passes', [true, null], undefined, expected.validation_pass],
    ['fails with the message of the validator', [false, 'nope'], 'v2', expected.validation_fail],
    ['fails without one', [false, null], undefined, expected.validation_fail_no_message],
  ])('a validation %s', async (_case, validation, name, { value, error }) => {
    const registry = new StepRegistry();
    registry.register(new ValidationStep(() => validation, name));
    const orchestrator = new StepOrchestrator(registry, recordedContext().context);

    expect(await outcomeOf(orchestrator)).toEqual(error ? { error: { message: error.message } } : { value });
  });

  it('a validation has the name and weight of the original where it is given none', () => {
    const { name, progressWeight } = new ValidationStep(() => [true]);

    expect({ name, weight: progressWeight }).toEqual(expected.validation_defaults);
  });
});
