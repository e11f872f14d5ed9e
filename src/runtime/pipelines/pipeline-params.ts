import type { PipelinePlan } from './pipeline-plan.js';

/** What a run of a pipeline has so far: the params it was given, and the results of its actions. */
export class PipelineParams {
  readonly #plan: PipelinePlan;
  readonly #initial: object;
  readonly #results: unknown[] = [];
  /** Where each action comes after all before it, their results lie in one object. */
  #together: Record<string, unknown> | undefined;

  constructor(plan: PipelinePlan, initial: object) {
    this.#plan = plan;
    this.#initial = initial;
    if (plan.isSequence) this.#together = laidOver(emptyObject(), initial);
  }

  /** The result of a node that is completed. */
  resultAt(index: number): unknown {
    return this.#results[index];
  }

  /** Takes the result of a node. */
  add(index: number, result: unknown): void {
    this.#results[index] = result;
    if (this.#together) laidOver(this.#together, result);
  }

  /** The params of a node: the initial ones, with the results before it laid over them, as far as its action takes them. */
  of(index: number): object {
    const planned = this.#plan.nodes[index];
    const all = this.#together ?? this.#before(planned?.ancestors ?? []);
    const names = planned?.paramNames;
    if (!names) return { ...all };
    const params: Record<string, unknown> = {};
    for (const name of names) if (name in all) params[name] = all[name];
    return params;
  }

  /** What the pipeline comes to: the result of its last action; of several that nothing waits for, one each by name. */
  get last(): unknown {
    const { sinks, nodes } = this.#plan;
    if (sinks.length === 1) return this.#results[sinks[0] ?? 0];
    return Object.fromEntries(sinks.map((index) => [nodes[index]?.node.name ?? '', this.#results[index]]));
  }

  #before(ancestors: readonly number[]): Record<string, unknown> {
    const all = laidOver(emptyObject(), this.#initial);
    for (const index of ancestors) laidOver(all, this.#results[index]);
    return all;
  }
}

/** Without a prototype, a key like `__proto__` is a key like any other. */
function emptyObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

/** Only mappings and instances hand params on; texts, numbers, lists and bytes do not. */
function laidOver(target: Record<string, unknown>, result: unknown): Record<string, unknown> {
  const hasFields = typeof result === 'object' && result !== null && !Array.isArray(result);
  return hasFields && !ArrayBuffer.isView(result) ? Object.assign(target, result) : target;
}
