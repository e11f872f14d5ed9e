import { BaseStep } from '../../src/authoring/steps/base-step.js';
import { StepRegistry } from '../../src/authoring/steps/step-registry.js';
import { StepResult } from '../../src/authoring/steps/step-result.js';
import { messageOf } from '../../src/foundation/errors/synapse.error.js';
import { recordedCase } from './recorded-case.js';

type Operation = readonly [name: string, first: string, second?: string];
interface Recorded {
  readonly log: readonly {
    readonly op: Operation;
    readonly result: 'ok' | { readonly message: string };
    readonly names_after: readonly string[];
    readonly length: number;
    readonly total_weight: number;
  }[];
  readonly length_after_clearing_returned_list: number;
}

class Named extends BaseStep {
  constructor(override readonly name: string) {
    super();
  }
  execute(): StepResult {
    return StepResult.ok();
  }
}

function apply(registry: StepRegistry, [name, first, second = '']: Operation): void {
  const operations: Record<string, () => void> = {
    register: () => registry.register(new Named(first)),
    insert_before: () => registry.insertBefore(first, new Named(second)),
    insert_after: () => registry.insertAfter(first, new Named(second)),
    unregister: () => registry.unregister(first),
  };
  const operation = operations[name];
  if (!operation) throw new Error(`the recorded case calls ${name}, which this test does not know`);
  operation();
}

describe('C14: the registry of steps', () => {
  const { expected } = recordedCase<unknown, Recorded>('C14');

  it('does what each recorded operation did, one after the other', () => {
    const registry = new StepRegistry();
    for (const { op, result, names_after, length, total_weight } of expected.log) {
      let message = 'ok';
      try {
        apply(registry, op);
      } catch (thrown) {
        message = messageOf(thrown);
      }

      expect({ op, message }).toEqual({
        op,
        message: result === 'ok' ? 'ok' : expect.stringContaining(result.message),
      });
      expect(registry.getSteps().map(({ name }) => name)).toEqual(names_after);
      expect([registry.length, registry.totalWeight]).toEqual([length, total_weight]);
    }
    registry.getSteps().length = 0;
    expect(registry.length).toBe(expected.length_after_clearing_returned_list);
    expect(new StepRegistry()).toHaveLength(0); // what is falsy there is empty here
  });
});
