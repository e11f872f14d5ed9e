import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** `key=value` as path and value: JSON where the value is JSON, else text. @throws {@link UsageError} without a `=`. */
export function parseAssignment(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set takes key=value, got '${text}'. Example: --set optimizer.name=adam`);
  const key = text.slice(0, at);
  if (key.split('.').some((part) => part === '' || FORBIDDEN.has(part))) {
    throw new UsageError(`--set cannot set '${key}': a path is names joined by single dots.`);
  }
  const value = text.slice(at + 1);
  try {
    return [key, JSON.parse(value) as unknown];
  } catch {
    return [key, value];
  }
}

/**
 * The params of a run: `--params`, with `--set` laid over it, with the action's own flags laid over that.
 *
 * @param params - What `--params` holds, in an object of its own: to the option parser, a bare null is no value.
 * @throws {@link ParamsInvalidError} when it is JSON but no object.
 */
export function mergeParams(
  action: string,
  params: { readonly json: unknown } | undefined,
  assignments: readonly [string, unknown][],
  flags: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const given = params === undefined ? {} : params.json;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const message = `--params must be a JSON object such as {"epochs":3}, got ${kindOf(given)}`;
    throw new ParamsInvalidError(action, [{ path: '', code: 'object', message }]);
  }
  const merged = structuredClone(given as Record<string, unknown>);
  for (const [path, value] of assignments) assign(merged, path.split('.'), value);
  return Object.assign(merged, flags);
}

function assign(target: Record<string, unknown>, [head = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  const inner = Object.hasOwn(target, head) ? target[head] : undefined;
  const next = typeof inner === 'object' && inner !== null ? inner : {};
  target[head] = next;
  assign(next as Record<string, unknown>, rest, value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
