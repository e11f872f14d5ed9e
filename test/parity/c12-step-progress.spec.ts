import { BaseStep } from '../../src/authoring/steps/base-step.js';
import { StepOrchestrator } from '../../src/authoring/steps/step-orchestrator.js';
import { StepRegistry } from '../../src/authoring/steps/step-registry.js';
import { StepResult } from '../../src/authoring/steps/step-result.js';
import { recordedCase } from './recorded-case.js';
import { recordedContext } from './recorded-steps.js';

interface Vector {
  readonly weights: readonly number[];
  readonly callback_values: readonly number[] | string;
}

const recorded = recordedCase<unknown, readonly Vector[]>('C12');
const { recommended } = recorded as typeof recorded & { readonly recommended: readonly Vector[] };
const isFixed = ({ weights }: Vector): boolean =>
  recommended.some((fix) => JSON.stringify(fix.weights) === JSON.stringify(weights));

class Weighted extends BaseStep {
  constructor(
    override readonly name: string,
    override readonly progressWeight: number,
  ) {
    super();
  }
  execute(): StepResult {
    return StepResult.ok();
  }
}

async function progressOf(weights: readonly number[]): Promise<number[]> {
  const registry = new StepRegistry();
  weights.forEach((weight, index) => registry.register(new Weighted(`step_${index}`, weight)));
  const values: number[] = [];
  const onProgress = (percent: number): void => void values.push(percent);
  await new StepOrchestrator(registry, recordedContext().context, { onProgress }).execute();
  return values;
}

describe('C12: progress by weight', () => {
  it.each(recorded.expected.filter((vector) => !isFixed(vector)))(
    'of $weights is $callback_values, as in the original',
    async ({ weights, callback_values }) => {
      expect(await progressOf(weights)).toEqual(callback_values);
    },
  );

  it.each(recommended.filter(({ callback_values }) => Array.isArray(callback_values)))(
    'D17: of $weights is $callback_values, where rounding misled the original (a fix)',
    async ({ weights, callback_values }) => {
      expect(await progressOf(weights)).toEqual(callback_values);
    },
  );

  it('D38: of a negative weight is not there: it is refused when the step is registered (a fix)', async () => {
    await expect(progressOf([-1, 2])).rejects.toMatchObject({ code: 'SYN_STEP_DEFINITION' });
  });
});
