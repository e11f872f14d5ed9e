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

/**
 * What can be told to be wrong with the params of a pipeline before any of its actions runs: keys that none of them takes, and values that one
 * refuses, as far as no earlier result takes their place. What is missing is not told.
 *
 * @param nodes - Whose values are looked at. @defaultValue those of all actions
 */
export async function initialParamsFaults(
  plan: PipelinePlan,
  params: object,
  nodes: readonly PlannedNode[] = plan.nodes,
): Promise<readonly ValidationIssue[]> {
  if (plan.pipeline.paramsType) return []; // it says itself what it takes, and is asked first
  const found = [
    ...unknownKeys(plan, params),
    ...(await Promise.all(nodes.map((one) => refused(plan, one, params)))).flat(),
  ];
  return [...new Map(found.map((issue) => [`${issue.path} ${issue.message}`, issue])).values()];
}

function unknownKeys({ nodes }: PipelinePlan, params: object): ValidationIssue[] {
  const known = new Set<string>();
  for (const { paramNames } of nodes) {
    if (!paramNames) return []; // it takes whatever there is
    for (const name of paramNames) known.add(name);
  }
  return Object.keys(params).flatMap((path) => {
    if (known.has(path)) return [];
    const meant = nearest(path, [...known]);
    const message = `is taken by none of its actions${meant === undefined ? '' : `. Did you mean '${meant}'?`}`;
    return [{ path, code: 'unknown_key', message }];
  });
}

async function refused(plan: PipelinePlan, planned: PlannedNode, params: object): Promise<readonly ValidationIssue[]> {
  const { definition, paramNames } = planned;
  const later = resultNames(plan, planned);
  if (!definition.paramsType || !paramNames || !later) return [];
  const given = Object.entries(params).filter(([name]) => paramNames.has(name) && !later.has(name));
  if (given.length === 0) return [];
  const isWhole = [...paramNames].every((name) => !later.has(name));
  const issues = await issuesOf(definition.name, definition.paramsType as Type<object>, Object.fromEntries(given));
  const names = new Set(given.map(([name]) => name));
  return issues
    .filter(({ path, code = '' }) => names.has(path.split('.')[0] ?? '') && (isWhole || RULES_OF_ONE_FIELD.has(code)))
    .filter(({ code }) => code !== 'missing');
}

/** Fields of the results before a node; undefined where one of them does not say what it has. */
function resultNames({ nodes }: PipelinePlan, { ancestors }: PlannedNode): ReadonlySet<string> | undefined {
  const describer = new ClassDescriber();
  const names = new Set<string>();
  for (const index of ancestors) {
    const type = nodes[index]?.definition.resultType;
    if (!type) return undefined;
    for (const name of describer.describe(type as Type<object>).fieldsByName.keys()) names.add(name);
  }
  return names;
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
