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
    if (plan.isSequence) this.#together = laidOver({}, initial);
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
    return !names || hasOnly(all, names) ? { ...all } : taken(all, names);
  }

  /** What the pipeline comes to: the result of its last action; of several that nothing waits for, one each by name. */
  get last(): unknown {
    const { sinks, nodes } = this.#plan;
    if (sinks.length === 1) return this.#results[sinks[0] ?? 0];
    return Object.fromEntries(sinks.map((index) => [nodes[index]?.node.name ?? '', this.#results[index]]));
  }

  #before(ancestors: readonly number[]): Record<string, unknown> {
    const all = laidOver({}, this.#initial);
    for (const index of ancestors) laidOver(all, this.#results[index]);
    return all;
  }
}

/**
 * What each action of a plan is given, by position, with the results that are known.
 *
 * @param results - By node.
 */
export function givenParams(
  plan: PipelinePlan,
  initial: object,
  results: ReadonlyMap<string, unknown>,
): readonly object[] {
  const params = new PipelineParams(plan, initial);
  return plan.nodes.map(({ node: { name } }, index) => {
    const given = params.of(index);
    if (results.has(name)) params.add(index, results.get(name));
    return given;
  });
}

/** Whether there is nothing to be left out: then a copy is made at once, which takes a fraction of the time. */
function hasOnly(all: object, names: ReadonlySet<string>): boolean {
  for (const key in all) if (!names.has(key)) return false;
  return true;
}

function taken(all: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): object {
  const params: Record<string, unknown> = {};
  for (const name of names) if (Object.hasOwn(all, name)) params[name] = all[name];
  return params;
}

/** Only mappings and instances hand params on; texts, numbers, lists and bytes do not. */
function laidOver(target: Record<string, unknown>, result: unknown): Record<string, unknown> {
  const hasFields = typeof result === 'object' && result !== null && !Array.isArray(result);
  return hasFields && !ArrayBuffer.isView(result) ? Object.assign(target, result) : target;
}
