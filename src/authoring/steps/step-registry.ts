import { StepDefinitionError } from '../../foundation/errors/step.errors.js';
import type { StepClass, StepLike } from './base-step.js';
import { describeStep, type RegisteredStep } from './registered-step.js';
import { StepPlan } from './step-plan.js';

/** Finds the one instance of a step class, or throws. The registry that `setupSteps` gets asks the application. */
export type StepResolver = (type: StepClass) => StepLike;

/** The steps of an action, in order. Each is given as an instance or, where an application stands behind, by its class. */
export class StepRegistry {
  readonly #resolve: StepResolver | undefined;
  #steps: RegisteredStep[] = [];
  #groups = 0;
  #plan: StepPlan | undefined;

  constructor(resolve?: StepResolver) {
    this.#resolve = resolve;
  }

  /** @throws {@link StepDefinitionError} for something that is no step, has no name, or a weight, retry or time limit that is none. */
  register(step: StepLike | StepClass): void {
    this.#steps.push(this.#describe(step));
    this.#plan = undefined;
  }

  /**
   * Adds steps that run side by side. The failure of one cancels the others by their signal, and all are undone.
   *
   * @throws {@link StepDefinitionError} as {@link StepRegistry.register} does, and then adds none of them.
   */
  registerGroup(steps: readonly (StepLike | StepClass)[]): void {
    const described = steps.map((step) => this.#describe(step));
    const group = ++this.#groups;
    this.#steps.push(...described.map((step) => ({ ...step, group })));
    this.#plan = undefined;
  }

  /** Removes every step of that name; an unknown name is fine. */
  unregister(name: string): void {
    this.#steps = this.#steps.filter((step) => step.name !== name);
    this.#plan = undefined;
  }

  /**
   * Puts `step` before the first step of that name, and before its whole group where it has one.
   *
   * @throws {@link StepDefinitionError} when there is none.
   */
  insertBefore(name: string, step: StepLike | StepClass): void {
    const index = this.#indexOf(name);
    const group = this.#steps[index]?.group;
    const first = group === undefined ? index : this.#steps.findIndex((other) => other.group === group);
    this.#insert(first, this.#describe(step));
  }

  /**
   * Puts `step` after the first step of that name, and after its whole group where it has one.
   *
   * @throws {@link StepDefinitionError} when there is none.
   */
  insertAfter(name: string, step: StepLike | StepClass): void {
    const index = this.#indexOf(name);
    const group = this.#steps[index]?.group;
    const last = group === undefined ? index : this.#steps.findLastIndex((other) => other.group === group);
    this.#insert(last + 1, this.#describe(step));
  }

  /** The steps, in order; changes to the list do not show here. */
  getSteps(): RegisteredStep[] {
    return [...this.#steps];
  }

  /** An independent registry with the same steps. */
  copy(): StepRegistry {
    const copy = new StepRegistry(this.#resolve);
    copy.#steps = this.getSteps();
    copy.#groups = this.#groups;
    return copy;
  }

  get totalWeight(): number {
    return this.#steps.reduce((sum, step) => sum + step.weight, 0);
  }

  get length(): number {
    return this.#steps.length;
  }

  /** @internal The steps as an orchestrator runs them. Kept until the registry changes. @throws StepDefinitionError for a name used twice. */
  plan(): StepPlan {
    return (this.#plan ??= new StepPlan(this.#steps));
  }

  #describe(step: StepLike | StepClass): RegisteredStep {
    if (typeof step !== 'function') return describeStep(step);
    if (!this.#resolve) {
      throw new StepDefinitionError(
        `Step ${step.name} was registered by its class, and this registry has no application that could hold its instance. Register an instance.`,
        { details: { class: step.name } },
      );
    }
    return describeStep(this.#resolve(step), step);
  }

  #insert(index: number, step: RegisteredStep): void {
    this.#steps.splice(index, 0, step);
    this.#plan = undefined;
  }

  #indexOf(name: string): number {
    const index = this.#steps.findIndex((step) => step.name === name);
    if (index < 0) {
      const known = this.#steps.map((step) => step.name).join(', ') || '(none)';
      throw new StepDefinitionError(`Step '${name}' not found. Registered steps: ${known}.`, {
        details: { step: name },
      });
    }
    return index;
  }
}
