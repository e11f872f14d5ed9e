import { ActionPipeline } from '../../src/authoring/pipelines/action-pipeline.js';
import { recordedCase } from './recorded-case.js';
import { recordedActions } from './recorded-pipelines.js';

interface Expectation {
  readonly actions: readonly string[];
  readonly params: object;
  readonly missing: readonly string[];
}

const { expected } = recordedCase<object, readonly Expectation[]>('C19');
const classes = recordedActions();
const logger = { log: () => undefined, warn: () => undefined };

describe('C19: which params a pipeline still needs', () => {
  it.each(expected)('$actions given $params', ({ actions, params, missing }) => {
    const types = actions.map((letter) => classes[letter] ?? Object);
    const pipeline = ActionPipeline.of(types, { strict: false, logger });

    expect(pipeline.validateInitialParams(params).sort()).toEqual(missing);
  });
});
