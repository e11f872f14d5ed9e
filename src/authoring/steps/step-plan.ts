import { StepDefinitionError } from '../../foundation/errors/step.errors.js';
import type { RegisteredStep } from './registered-step.js';

/** Steps that run side by side, or one that runs alone. */
export type StepStage = RegisteredStep | readonly RegisteredStep[];

/** The steps of a stage. */
export function membersOf(stage: StepStage): readonly RegisteredStep[] {
  return 'step' in stage ? [stage] : stage;
}

/** The steps of a registry as they run: checked, and put together in stages. Immutable. */
export class StepPlan {
  readonly steps: readonly RegisteredStep[];
  /** In order. Without groups they are the steps: thousands of lists of one would have to be kept. */
  readonly stages: readonly StepStage[];
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
    return membersOf(this.stages[index] ?? []).map(({ name }) => name);
  }
}

function stagesOf(steps: readonly RegisteredStep[]): readonly StepStage[] {
  if (steps.every(({ group }) => group === undefined)) return steps;
  const stages: StepStage[] = [];
  let members: RegisteredStep[] = [];
  steps.forEach((step, index) => {
    if (step.group === undefined) stages.push(step);
    else if (step.group === steps[index - 1]?.group) members.push(step);
    else stages.push((members = [step]));
  });
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
