import type { Type } from '@nestjs/common';
import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { ClassDescriber } from '../../../foundation/schema/class-describer.js';
import type { ValueType } from '../../../foundation/schema/class-description.js';
import type { ActionDefinition } from '../../../runtime/discovery/action-definition.js';

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** Highest index of a list that `--set` reaches: a mistyped one must not fill the memory. */
const MAX_INDEX = 9_999;

/** A `--set`: the path, and the text of the value. */
export type Assignment = readonly [path: readonly string[], text: string];

/** `key=value` as path and text. @throws {@link UsageError} without a `=`, or for a path that cannot be set. */
export function parseAssignment(text: string): Assignment {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set takes key=value, got '${text}'. Example: --set optimizer.name=adam`);
  const key = text.slice(0, at);
  const path = key.split('.');
  if (path.some((part) => part === '' || FORBIDDEN.has(part))) {
    throw new UsageError(`--set cannot set '${key}': a path is names joined by single dots.`);
  }
  if (path.some((part) => isIndex(part) && Number(part) > MAX_INDEX)) {
    throw new UsageError(`--set cannot set '${key}': a list is reached from 0 to ${MAX_INDEX}. Use --params.`);
  }
  return [path, text.slice(at + 1)];
}

/**
 * The params of a run: `--params`, with `--set` laid over it, with the action's own flags laid over that.
 *
 * @param params - What `--params` holds, in an object of its own: to the option parser, a bare null is no value.
 * @throws {@link ParamsInvalidError} when it is JSON but no object.
 */
export function mergeParams(
  { name: action, paramsType }: Pick<ActionDefinition, 'name' | 'paramsType'>,
  params: { readonly json: unknown } | undefined,
  assignments: readonly Assignment[],
  flags: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const given = params === undefined ? {} : params.json;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const message = `--params must be a JSON object such as {"epochs":3}, got ${kindOf(given)}`;
    throw new ParamsInvalidError(action, [{ path: '', code: 'object', message }]);
  }
  const merged = structuredClone(given as Record<string, unknown>);
  for (const [path, text] of assignments) assign(merged, path, valueOf(text, typeAt(paramsType, path)));
  return Object.assign(merged, flags);
}

/** An integer in a path indexes the list that is there, and makes one where nothing is. */
function assign(target: object, [head = '', ...rest]: readonly string[], value: unknown): void {
  if (Array.isArray(target)) while (target.length < Number(head)) target.push(null);
  const inner: unknown = Object.hasOwn(target, head) ? Reflect.get(target, head) : undefined;
  Reflect.set(target, head, rest.length === 0 ? value : innerOf(inner, rest[0] ?? ''));
  if (rest.length > 0) assign(Reflect.get(target, head) as object, rest, value);
}

/** What the rest of a path leads into: what is there where it can hold the part, else something new that can. */
function innerOf(inner: unknown, part: string): object {
  const canHold = Array.isArray(inner) ? isIndex(part) : typeof inner === 'object' && inner !== null;
  if (canHold) return inner as object;
  return isIndex(part) ? [] : {};
}

function isIndex(part: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(part);
}

/** JSON where the text is JSON, else the text. What a field takes as text, and an integer that would lose digits, stays text. */
function valueOf(text: string, type: ValueType | undefined): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    const isScalar = typeof value === 'number' || typeof value === 'boolean';
    const losesDigits = /^-?\d+$/.test(text) && !Number.isSafeInteger(value);
    return losesDigits || (isScalar && type?.kind === 'string') ? text : value;
  } catch {
    return text;
  }
}

/** What the params class has at a path, as far as it says so. */
function typeAt(paramsType: ActionDefinition['paramsType'], path: readonly string[]): ValueType | undefined {
  if (!paramsType) return undefined;
  const describer = new ClassDescriber();
  return path.reduce<ValueType | undefined>(
    (type, part) => {
      if (type?.kind === 'object') return describer.describe(type.type).fieldsByName.get(part)?.valueType;
      if (type?.kind === 'list') return type.item;
      return type?.kind === 'mapping' ? type.values : undefined;
    },
    { kind: 'object', type: paramsType as Type<object> },
  );
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
