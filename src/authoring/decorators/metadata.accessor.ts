import 'reflect-metadata';
import type { ActionOptions, MethodAction } from './action.decorator.js';
import { ACTION_METADATA, METHOD_ACTIONS_METADATA } from './metadata.constants.js';

// The only code that trusts metadata. It reads own metadata: a subclass does not take over the name of its parent.

/** Options of `@Action` on the class itself. */
export function actionOptionsOf(type: object): ActionOptions | undefined {
  return Reflect.getOwnMetadata(ACTION_METADATA, type);
}

/** The class's own methods that carry `@Action`. */
export function methodActionsOf(type: object): readonly MethodAction[] {
  return Reflect.getOwnMetadata(METHOD_ACTIONS_METADATA, type) ?? [];
}

/** Types of a method's parameters as the compiler wrote them down; `Object` where it only had an interface or `import type`. */
export function parameterTypesOf(type: { readonly prototype: object }, method: string): readonly unknown[] | undefined {
  return Reflect.getOwnMetadata('design:paramtypes', type.prototype, method);
}
