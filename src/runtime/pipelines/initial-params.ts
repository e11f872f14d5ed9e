import type { Type } from '@nestjs/common';
import { ParamsInvalidError, type ValidationIssue } from '../../foundation/errors/plugin.errors.js';
import { ClassDescriber } from '../../foundation/schema/class-describer.js';
import { ParamsValidator } from '../../foundation/schema/params.validator.js';
import { nearest } from '../discovery/action-registry.js';
import type { PipelinePlan, PlannedNode } from './pipeline-plan.js';

/** Rules that ask nothing of other fields, which may only be there once an earlier action has ended. */
const RULES_OF_ONE_FIELD = new Set(
  'isInt isNumber isString isBoolean isArray isObject isDate isIn isEnum isPositive isNegative min max unknown_key'.split(
    ' ',
  ),
);

const PARAMS = new ParamsValidator();

/** What one action is asked about initial params. */
interface ActionCheck {
  readonly name: string;
  readonly action: string;
  readonly type: Type<object>;
  /** Params that no earlier result can take the place of. */
  readonly own: ReadonlySet<string>;
  /** Whether these are all that it takes. */
  readonly isWhole: boolean;
  /** Whether it begins at once, or is asked the same as one that does: what is wrong is told then anyway. */
  readonly isFirst: boolean;
}

/** Tells what is wrong with the params of a pipeline before any of its actions runs. */
export class InitialParams {
  readonly #plan: PipelinePlan;
  /** What any of its actions takes; undefined where that is not known, or does not matter. */
  readonly #known: ReadonlySet<string> | undefined;
  readonly #checks: readonly ActionCheck[];

  constructor(plan: PipelinePlan) {
    this.#plan = plan;
    this.#known = knownNames(plan);
    this.#checks = checksOf(plan);
  }

  /**
   * Keys that no action takes, and values that one refuses, as far as no earlier result takes their place. What is missing is not told.
   *
   * Answers at once where nothing has to be waited for: a run in memory then takes no further turns of the event loop.
   *
   * @param params - As the caller gives them.
   * @param without - Nodes that are not going to run, or say it at once themselves.
   */
  faults(
    params: object,
    without: 'none' | 'first' | ReadonlySet<string> = 'none',
  ): Promise<ValidationIssue[]> | undefined {
    if (this.#plan.pipeline.paramsType) return undefined; // it says itself what it takes, and is asked first
    const unknown = this.#unknownKeys(params);
    const asked = this.#checks.filter((check) => isAsked(check, without) && hasAny(params, check.own));
    if (asked.length === 0) return unknown.length === 0 ? undefined : Promise.resolve(unknown);
    return Promise.all(asked.map((check) => refused(check, params))).then((found) =>
      distinct([...unknown, ...found.flat()]),
    );
  }

  #unknownKeys(params: object): ValidationIssue[] {
    const known = this.#known;
    const found: ValidationIssue[] = [];
    if (!known) return found;
    for (const path of Object.keys(params)) {
      if (known.has(path)) continue;
      const meant = nearest(path, [...known]);
      const message = `is taken by none of its actions${meant === undefined ? '' : `. Did you mean '${meant}'?`}`;
      found.push({ path, code: 'unknown_key', message });
    }
    return found;
  }
}

function isAsked({ name, isFirst }: ActionCheck, without: 'none' | 'first' | ReadonlySet<string>): boolean {
  if (without === 'none') return true;
  return !isFirst && (without === 'first' || !without.has(name));
}

function hasAny(params: object, names: ReadonlySet<string>): boolean {
  for (const name in params) if (names.has(name)) return true;
  return false;
}

function knownNames({ nodes }: PipelinePlan): ReadonlySet<string> | undefined {
  const known = new Set<string>();
  for (const { paramNames, definition } of nodes) {
    if (!paramNames || definition.ignoresUnknownParams) return undefined;
    for (const name of paramNames) known.add(name);
  }
  return known;
}

function checksOf({ nodes }: PipelinePlan): readonly ActionCheck[] {
  const describer = new ClassDescriber();
  const checks: ActionCheck[] = [];
  for (const planned of nodes) {
    const { node, definition, paramNames, waitsFor } = planned;
    const later = resultNames(nodes, planned, describer);
    if (!definition.paramsType || !paramNames || !later) continue;
    const type = definition.paramsType as Type<object>;
    const own = new Set([...paramNames].filter((name) => !later.has(name)));
    const isWhole = own.size === paramNames.size;
    const isSame = (one: ActionCheck): boolean => one.isFirst && one.type === type && isWhole;
    checks.push({
      name: node.name,
      action: definition.name,
      type,
      own,
      isWhole,
      isFirst: waitsFor === 0 || checks.some(isSame),
    });
  }
  return checks;
}

/** Fields of the results before a node; undefined where one of them does not say what it has. */
function resultNames(
  nodes: readonly PlannedNode[],
  { ancestors }: PlannedNode,
  describer: ClassDescriber,
): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const index of ancestors) {
    const type = nodes[index]?.definition.resultType;
    if (!type) return undefined;
    for (const name of describer.describe(type as Type<object>).fieldsByName.keys()) names.add(name);
  }
  return names;
}

async function refused(
  { action, type, own, isWhole }: ActionCheck,
  params: object,
): Promise<readonly ValidationIssue[]> {
  const given = Object.entries(params).filter(([name]) => own.has(name));
  const names = new Set(given.map(([name]) => name));
  const issues = await issuesOf(action, type, Object.fromEntries(given));
  return issues
    .filter(({ path, code = '' }) => names.has(path.split('.')[0] ?? '') && (isWhole || RULES_OF_ONE_FIELD.has(code)))
    .filter(({ code }) => code !== 'missing');
}

async function issuesOf(action: string, type: Type<object>, params: object): Promise<readonly ValidationIssue[]> {
  try {
    await PARAMS.parse(action, type, params);
    return [];
  } catch (thrown) {
    if (thrown instanceof ParamsInvalidError) return thrown.issues;
    throw thrown;
  }
}

function distinct(issues: readonly ValidationIssue[]): ValidationIssue[] {
  return [...new Map(issues.map((issue) => [`${issue.path} ${issue.message}`, issue])).values()];
}
