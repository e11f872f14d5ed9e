import type { RuntimeContext } from '../context/runtime-context.js';
import type { ActionOptions } from '../decorators/action.decorator.js';
import { actionOptionsOf } from '../decorators/metadata.accessor.js';
import type { StepContext } from '../steps/step-context.js';

type ContextType = NonNullable<ActionOptions['context']>;

/** A context of the class that the action's decorator, or its nearest parent's, names; else of the family's own. */
export function familyContext<C extends StepContext>(
  action: object,
  ctx: RuntimeContext<never>,
  ownType: new (ctx: RuntimeContext<never>) => C,
): C {
  // What the decorator names is the author's word for what the steps share; it is a subclass of the family's, or nobody asks.
  const type = declaredContext(action.constructor) ?? ownType;
  return new type(ctx) as C;
}

function declaredContext(type: object): ContextType | undefined {
  for (let at: object | null = type; at && at !== Function.prototype; at = Object.getPrototypeOf(at) as object | null) {
    const context = actionOptionsOf(at)?.context;
    if (context) return context;
  }
  return undefined;
}
