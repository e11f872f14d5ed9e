import { ReportingValueError } from '../../foundation/errors/reporting.errors.js';
import { roundToCents } from './round.js';

/** The most that can be reported before the work is really done. */
export const MAX_UNFINISHED_PERCENT = 99.99;

/**
 * How far a run has come as a whole, out of how far its phases have.
 *
 * Phases weigh 1 unless {@link declare} says otherwise; a declared phase counts from the start, any other from its first
 * report. Progress without a key is about the run itself: with declared phases the larger of both counts, without
 * them it alone does. The result never goes back, and stays below 100: only the end of the run is 100.
 */
export class ProgressModel {
  private readonly weights = new Map<string, number>();
  private readonly done = new Map<string, number>();
  private weightSum = 0;
  private doneSum = 0;
  private isDeclared = false;
  private ownPercent: number | undefined;
  private highest = 0;

  /**
   * Announces phases and what they weigh against each other.
   *
   * @param weights - Per key, a number from 0 on.
   * @throws {@link ReportingValueError} for a weight that is negative or not a number.
   */
  declare(weights: Readonly<Record<string, number>>): void {
    for (const [key, weight] of Object.entries(weights)) {
      if (!(weight >= 0) || weight === Infinity) {
        throw new ReportingValueError(`The weight of "${key}" must be a number from 0 on, got ${String(weight)}.`);
      }
      this.isDeclared = true;
      this.setWeight(key, weight);
    }
  }

  /**
   * Announces phases that {@link begin} and {@link end} one by one, by what they weigh together: only those that are under way are
   * remembered, so that thousands cost no more than one.
   */
  expect(totalWeight: number): void {
    this.isDeclared = true;
    this.weightSum += totalWeight;
  }

  /** One of the expected phases begins, or begins again. */
  begin(key: string, weight: number): void {
    this.weights.set(key, weight);
  }

  /** One of the expected phases is done, whatever it has reported of itself. */
  end(key: string, weight: number): void {
    this.doneSum += weight * (100 - (this.done.get(key) ?? 0));
    this.weights.delete(key);
    this.done.delete(key);
  }

  /** Takes the progress of one phase and returns that of the whole. */
  update(key: string | null, percent: number): number {
    if (key === null || key === '') {
      this.ownPercent = percent;
    } else {
      if (!this.weights.has(key)) this.setWeight(key, 1);
      const weight = this.weights.get(key) ?? 0;
      this.doneSum += weight * (percent - (this.done.get(key) ?? 0));
      this.done.set(key, percent);
    }
    this.highest = Math.max(this.highest, Math.min(roundToCents(Math.max(0, this.percent())), MAX_UNFINISHED_PERCENT));
    return this.highest;
  }

  /** How far the whole has come so far. */
  get overall(): number {
    return this.highest;
  }

  private percent(): number {
    if (this.ownPercent !== undefined && !this.isDeclared) return this.ownPercent;
    const weighted = this.weightSum > 0 ? this.doneSum / this.weightSum : 0;
    return Math.max(weighted, this.ownPercent ?? 0);
  }

  private setWeight(key: string, weight: number): void {
    const change = weight - (this.weights.get(key) ?? 0);
    this.weights.set(key, weight);
    this.weightSum += change;
    this.doneSum += change * (this.done.get(key) ?? 0);
  }
}
