/**
 * Overall percent of weighted steps, truncated to whole numbers as the original has it, but computed so that rounding of fractions
 * neither loses nor adds one, and the last step ends at 100.
 */
export class StepProgress {
  readonly #totalWeight: number;
  readonly #count: number;
  #doneWeight = 0;
  #ended = 0;

  constructor(plan: { readonly totalWeight: number; readonly steps: { readonly length: number } }) {
    this.#totalWeight = plan.totalWeight;
    this.#count = plan.steps.length;
  }

  /** Adds a step that ended; returns the percent, or undefined when no step weighs anything. */
  add(weight: number): number | undefined {
    this.#doneWeight += weight;
    this.#ended++;
    if (this.#totalWeight <= 0) return undefined;
    if (this.#ended === this.#count) return 100;
    // 0.7 + 0.2 of 1 is 89.999…: what lies within a rounding error of a whole percent is that percent.
    return Math.min(100, Math.floor((this.#doneWeight / this.#totalWeight) * 100 + 1e-9));
  }
}
