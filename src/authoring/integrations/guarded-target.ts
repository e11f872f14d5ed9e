import { messageOf } from '../../foundation/errors/synapse.error.js';
import type { AutologTarget } from './autolog-target.interface.js';

/**
 * A run as integrations see it: telemetry that fails is dropped, never thrown into the training that it watches.
 *
 * The first failure is said once, as a warning message of the run. After `close` nothing is reported any more.
 */
export class GuardedTarget implements AutologTarget {
  readonly #framework: string;
  #target: AutologTarget | undefined;
  #warned = false;

  constructor(framework: string, target: AutologTarget) {
    this.#framework = framework;
    this.#target = target;
  }

  log(event: string, data: Record<string, unknown>, file?: string): void {
    this.#attempt((target) => target.log(event, data, file));
  }

  /** Brings `current` into 0 to `total`: a framework may train longer than it said. */
  setProgress(current: number, total: number, category?: string): void {
    if (!Number.isFinite(current) || !Number.isFinite(total) || total <= 0) return;
    const clamped = Math.min(Math.max(current, 0), total);
    this.#attempt((target) => target.setProgress(clamped, total, category));
  }

  /** Leaves out what has no JSON form, e.g. a loss that has become NaN. */
  setMetrics(value: Record<string, unknown>, category: string): void {
    const kept = Object.entries(value).filter(([, metric]) => isReportable(metric));
    if (kept.length === 0) return;
    this.#attempt((target) => target.setMetrics(Object.fromEntries(kept), category));
  }

  /** Does `work`, e.g. reading a file that the framework wrote, under the same promise. */
  attempt<T>(work: () => T): T | undefined {
    return this.#attempt(work);
  }

  close(): void {
    this.#target = undefined;
  }

  #attempt<T>(work: (target: AutologTarget) => T): T | undefined {
    const target = this.#target;
    if (!target) return undefined;
    try {
      return work(target);
    } catch (error) {
      this.#warnOnce(target, error);
      return undefined;
    }
  }

  #warnOnce(target: AutologTarget, error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const content = `autolog('${this.#framework}') could not report: ${messageOf(error)}. Training goes on.`;
    try {
      target.log('message', { context: 'warning', content });
    } catch {
      // The run takes no logs at all; there is nobody left to tell.
    }
  }
}

function isReportable(metric: unknown): boolean {
  return typeof metric === 'number' ? Number.isFinite(metric) : metric !== undefined && metric !== null;
}
