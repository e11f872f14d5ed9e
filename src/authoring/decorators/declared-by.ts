import type { ActionOptions } from './action.decorator.js';
import { actionOptionsOf } from './metadata.accessor.js';

/** What a class or its nearest ancestor declares: a subclass that says nothing keeps its parent's contract, but never its name. */
export function declaredBy<K extends 'params' | 'result' | 'steps' | 'context'>(
  type: object | undefined,
  key: K,
): ActionOptions[K] | undefined {
  for (let owner = type; owner; owner = parentOf(owner)) {
    const declared = actionOptionsOf(owner)?.[key];
    if (declared) return declared;
  }
  return undefined;
}

/** The class that a class extends. */
export function parentOf(type: object): object | undefined {
  const parent: unknown = Object.getPrototypeOf(type);
  return typeof parent === 'function' && parent !== Function.prototype ? parent : undefined;
}
