import { StepDefinitionError } from '../../foundation/errors/step.errors.js';
import type { RegisteredStep } from './registered-step.js';

/** The steps of a registry as they run: checked, and put together in stages. Immutable. */
export class StepPlan {
  readonly steps: readonly RegisteredStep[];
  /** In order; the steps of one stage run side by side. */
  readonly stages: readonly (readonly RegisteredStep[])[];
  readonly totalWeight: number;

  /** @throws {@link StepDefinitionError} when two steps share a name (events and journals know steps by it), or weights are too large to add. */
  constructor(steps: readonly RegisteredStep[]) {
    this.steps = [...steps];
    this.stages = stagesOf(this.steps);
    this.totalWeight = this.steps.reduce((sum, { weight }) => sum + weight, 0);
    refuseSameNames(this.steps);
    if (!Number.isFinite(this.totalWeight)) {
      throw new StepDefinitionError(
        'The weights of the steps add up to no number. Use smaller ones: only their shares count.',
      );
    }
  }

  /** Names of the steps of the stage at `index`; none after the last. */
  namesAt(index: number): readonly string[] {
    return (this.stages[index] ?? []).map(({ name }) => name);
  }
}

function stagesOf(steps: readonly RegisteredStep[]): RegisteredStep[][] {
  const stages: RegisteredStep[][] = [];
  let group: number | undefined;
  for (const step of steps) {
    if (step.group !== undefined && step.group === group) stages.at(-1)?.push(step);
    else stages.push([step]);
    group = step.group;
  }
  return stages;
}

function refuseSameNames(steps: readonly RegisteredStep[]): void {
  const names = new Set<string>();
  for (const { name } of steps) {
    if (names.has(name)) {
      throw new StepDefinitionError(`Two steps are called '${name}'. Give each step of an action a name of its own.`, {
        details: { step: name },
      });
    }
    names.add(name);
  }
}
