import type { Type } from '@nestjs/common';
import { compatibilityOf } from '../../foundation/data-types/data-type.js';
import { ClassDescriber } from '../../foundation/schema/class-describer.js';
import type { FieldDescription } from '../../foundation/schema/class-description.js';
import type { ClassOf } from '../decorators/action.decorator.js';
import { fitOf } from './field-fit.js';
import type { PipelineGraph } from './pipeline-graph.js';
import type { ActionFacts } from './pipeline-node.js';

/** Something that a check of a pipeline has found. */
export interface PipelineFinding {
  /** `error` only where the check is strict: then the pipeline is refused. */
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
}

/** What is checked, and how strictly. */
export interface PipelineCheck {
  readonly graph: PipelineGraph;
  /** In the graph's order. Undefined for an action that is not known yet: what meets it is not checked. */
  readonly facts: readonly (ActionFacts | undefined)[];
  /** The params that the pipeline itself takes; without it, those of its first actions. */
  readonly initial?: ClassOf<object>;
  readonly isStrict: boolean;
}

/**
 * Checks that each action can be given what it takes.
 *
 * Strictly, by the flow of data through the whole pipeline: a required param must come from the initial params or from any result before
 * it. Leniently, as the original does: only what the action before it hands on counts, and nothing is more than a word of warning.
 */
export function checkPipeline(check: PipelineCheck): PipelineFinding[] {
  const checker = new PipelineChecker(check);
  return check.graph.nodes.flatMap((_node, index) => checker.check(index));
}

/** `<Class>.<field>` of each required param that neither `given` nor a result before it has. */
export function missingParams(check: PipelineCheck, given: Iterable<string>): string[] {
  return new PipelineChecker(check).missing(new Set(given));
}

type Fields = ReadonlyMap<string, FieldDescription>;

class PipelineChecker {
  readonly #describer = new ClassDescriber();
  readonly #ancestors: readonly (readonly number[])[];

  constructor(private readonly given: PipelineCheck) {
    this.#ancestors = given.graph.ancestors();
  }

  check(index: number): PipelineFinding[] {
    const target = this.given.facts[index];
    if (!target) return [];
    const sources = this.given.graph.directlyBefore(index).flatMap((before) => this.given.facts[before] ?? []);
    const findings = sources.flatMap((source) => this.#checkTypes(source, target));
    return [...findings, ...(this.given.isStrict ? this.#strictly(index, target) : this.#leniently(sources, target))];
  }

  missing(given: ReadonlySet<string>): string[] {
    return this.given.facts.flatMap((facts, index) => {
      if (!facts) return [];
      const known = new Set([...given, ...this.#handedOnTo(index).keys()]);
      return requiredOf(this.#fieldsOf(facts.paramsType))
        .filter((name) => !known.has(name))
        .map((name) => `${facts.label}.${name}`);
    });
  }

  #checkTypes(source: ActionFacts, target: ActionFacts): PipelineFinding[] {
    if (!source.outputType || !target.inputType) return [];
    const fit = compatibilityOf(source.outputType, target.inputType);
    const words = `'${source.label}' outputs '${source.outputType.typeName}' but '${target.label}' expects '${target.inputType.typeName}'.`;
    if (fit === 'incompatible') return [{ level: this.#worst, message: `Type mismatch: ${words}` }];
    if (fit !== 'supertype') return [];
    return [
      { level: 'warning', message: `Type may not fit: ${words} Not every '${source.outputType.typeName}' is one.` },
    ];
  }

  #leniently(sources: readonly ActionFacts[], target: ActionFacts): PipelineFinding[] {
    if (!target.paramsType) return [];
    return sources.flatMap((source) => {
      if (!source.resultType) return [this.#withoutResult(source, target)];
      const handedOn = this.#fieldsOf(source.resultType);
      const missing = requiredOf(this.#fieldsOf(target.paramsType)).filter((name) => !handedOn.has(name));
      return [...missingFields('info', [source], target, missing), ...this.#mistyped(handedOn, target)];
    });
  }

  /** Nothing comes before a first action: what it takes are initial params, whatever it is. */
  #strictly(index: number, target: ActionFacts): PipelineFinding[] {
    const before = this.#ancestors[index] ?? [];
    const sources = before.flatMap((ancestor) => this.given.facts[ancestor] ?? []);
    if (sources.length < before.length || !target.paramsType) return [];
    const direct = this.given.graph.directlyBefore(index).flatMap((ancestor) => this.given.facts[ancestor] ?? []);
    const untold = direct.filter(({ resultType }) => !resultType);
    if (untold.length > 0) return untold.map((source) => this.#withoutResult(source, target));
    if (sources.some(({ resultType }) => !resultType)) return []; // told at the action right behind it
    const known = new Map([...this.#initialFields(index), ...this.#handedOnTo(index)]);
    const missing = requiredOf(this.#fieldsOf(target.paramsType)).filter((name) => !known.has(name));
    return [...missingFields('error', sources, target, missing), ...this.#mistyped(known, target)];
  }

  #withoutResult(source: ActionFacts, target: ActionFacts): PipelineFinding {
    const message = `Action '${source.label}' has no result_model. Cannot validate field compatibility with '${target.label}'.`;
    return { level: this.#worst, message };
  }

  #mistyped(known: Fields, target: ActionFacts): PipelineFinding[] {
    return [...this.#fieldsOf(target.paramsType).values()].flatMap((field) => {
      const source = known.get(field.name);
      const fit = source ? fitOf(source.valueType, field.valueType) : 'yes';
      if (!source || fit === 'yes') return [];
      const message = `Field '${field.name}' of '${target.label}' is ${field.valueType.kind}, but what comes before it has ${source.valueType.kind}.`;
      return [{ level: fit === 'no' ? this.#worst : ('warning' as const), message }];
    });
  }

  get #worst(): 'error' | 'warning' {
    return this.given.isStrict ? 'error' : 'warning';
  }

  /** The pipeline's own params; without any, those of all first actions, and for such an action its own. */
  #initialFields(index: number): Fields {
    if (this.given.initial) return this.#fieldsOf(this.given.initial);
    const roots = this.given.facts.filter((_facts, other) => this.#ancestors[other]?.length === 0 && other !== index);
    const all = [...roots, ...(this.#ancestors[index]?.length === 0 ? [this.given.facts[index]] : [])];
    return new Map(all.flatMap((facts) => [...this.#fieldsOf(facts?.paramsType)]));
  }

  /** Fields of the results before a node; of two with one name, the later. */
  #handedOnTo(index: number): Fields {
    const before = this.#ancestors[index] ?? [];
    return new Map(before.flatMap((ancestor) => [...this.#fieldsOf(this.given.facts[ancestor]?.resultType)]));
  }

  #fieldsOf(type: ClassOf<object> | undefined): Fields {
    return type ? this.#describer.describe(type as Type<object>).fieldsByName : new Map<string, FieldDescription>();
  }
}

function requiredOf(fields: Fields): string[] {
  return [...fields.values()].filter(({ isRequired }) => isRequired).map(({ name }) => name);
}

function missingFields(
  level: PipelineFinding['level'],
  sources: readonly ActionFacts[],
  target: ActionFacts,
  missing: readonly string[],
): PipelineFinding[] {
  if (missing.length === 0) return [];
  const names = missing.map((name) => `'${name}'`).join(', ');
  const source = sources.at(-1);
  const lack = source ? `'${source.label}' result missing` : 'the initial params lack';
  const message = `Schema mismatch: ${lack} fields required by '${target.label}' params: {${names}}. These must be provided in initial params.`;
  return [{ level, message }];
}
