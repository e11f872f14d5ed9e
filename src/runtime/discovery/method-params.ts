import type { ClassOf } from '../../authoring/decorators/action.decorator.js';
import { parameterTypesOf } from '../../authoring/decorators/metadata.accessor.js';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';

/** What the compiler writes down for a type that is no class of params. */
const NO_PARAMS_CLASSES = new Set<unknown>([Object, Array, String, Number, Boolean, Symbol, BigInt, Function, Promise]);

/**
 * The params class of a method action that names none: the type of its first parameter, undefined when it takes no params.
 *
 * @throws {@link ActionDefinitionError} when that type is not known at run time: params must not pass unchecked by accident.
 */
export function paramsTypeOfMethod(type: ClassOf<object>, method: string): ClassOf<object> | undefined {
  const types = parameterTypesOf(type, method);
  const parameters = (type.prototype as Record<string, { readonly length?: number }>)[method]?.length ?? 0;
  if (!types && parameters > 0) {
    throw unknownParams(
      type,
      method,
      'its file was compiled without decorator metadata. Turn on emitDecoratorMetadata',
    );
  }
  const [first] = types ?? [];
  if (first === undefined || first === RuntimeContext) return undefined;
  if (NO_PARAMS_CLASSES.has(first)) {
    const reason = `its type is no class, came in by 'import type', or is hidden by an import cycle`;
    throw unknownParams(type, method, `${reason}. Declare a class and import it as a value`);
  }
  return first as ClassOf<object>;
}

function unknownParams(type: ClassOf<object>, method: string, reasonAndCure: string): ActionDefinitionError {
  return new ActionDefinitionError(
    `The params class of ${type.name}.${method} is not known at run time: ${reasonAndCure}, or name it in @Action({ params: … }).`,
    { details: { class: type.name, method } },
  );
}
