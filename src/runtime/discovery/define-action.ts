import type { ActionOptions, ClassOf } from '../../authoring/decorators/action.decorator.js';
import { parameterTypesOf } from '../../authoring/decorators/metadata.accessor.js';
import { RuntimeContext } from '../../authoring/context/runtime-context.js';
import { type ActionConfig, isDeclared, unknownParamsOf } from '../../foundation/config/plugin-config.js';
import { PluginCategory } from '../../foundation/config/enums.js';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';
import type { ActionDefinition } from './action-definition.js';
import { nameOfActionClass } from './name-of-action.js';
import type { LoadedAction, PluginIdentity } from './plugin-identity.js';

/** A decorated class, or one decorated method of it. */
export interface FoundAction {
  readonly type: ClassOf<object>;
  readonly method?: string;
  readonly options: ActionOptions;
}

/**
 * Puts together what the decorator, the file and config.yaml say about an action; config.yaml wins.
 *
 * Nothing is written to the class, so that two plugins can share it under different names.
 *
 * @throws {@link ActionDefinitionError} when the params class of a method action is not known at run time.
 */
export function defineAction(found: FoundAction, identity: PluginIdentity, loaded?: LoadedAction): Omit<ActionDefinition, 'call'> {
  const { type, method, options } = found;
  const entrypoint = loaded?.entrypoint ?? (method ? `${type.name}.${method}` : type.name);
  const declaredName = options.name ?? method ?? nameOfActionClass(type.name);
  const config = configOf(identity, entrypoint, declaredName);
  checkTimeout(options, type.name);
  const name = config?.name || declaredName;
  return {
    plugin: identity.code,
    name,
    description: config?.description || options.description || '',
    category: options.category ?? identity.config?.category ?? PluginCategory.Custom,
    method: config && isDeclared(config, 'method') ? config.method : options.method,
    entrypoint,
    paramsType: options.params ?? paramsTypeOf(type, method),
    resultType: options.result,
    inputType: options.inputType,
    outputType: options.outputType,
    inputTypeName: options.inputType?.typeName ?? config?.input_type ?? undefined,
    outputTypeName: options.outputType?.typeName ?? config?.output_type ?? undefined,
    isStrictResult: options.strictResult ?? false,
    ignoresUnknownParams: identity.config !== undefined && unknownParamsOf(identity.config, name) === 'ignore',
    timeoutMs: options.timeoutMs,
    resources: options.resources,
    permissions: options.permissions ?? [],
    options,
    env: identity.config?.env ?? {},
    source: identity.source,
  };
}

/** The entry of config.yaml for this action: by entrypoint, else by name where the entry names no other entrypoint. */
function configOf(identity: PluginIdentity, entrypoint: string, name: string): ActionConfig | undefined {
  const actions = identity.config?.actions ?? {};
  const byEntrypoint = Object.values(actions).find((action) => action.entrypoint === entrypoint);
  if (byEntrypoint) return byEntrypoint;
  const byName = Object.hasOwn(actions, name) ? actions[name] : undefined;
  return byName && !byName.entrypoint ? byName : undefined;
}

/** A method action's params class is the type of its first parameter. */
function paramsTypeOf(type: ClassOf<object>, method: string | undefined): ClassOf<object> | undefined {
  if (method === undefined) return undefined;
  const [first] = parameterTypesOf(type, method) ?? [];
  if (first === undefined || first === RuntimeContext) return undefined;
  if (first === Object) {
    throw new ActionDefinitionError(
      `The params class of ${type.name}.${method} is not known at run time: its type is an interface, a union or came in by 'import type'. ` +
        `Declare a class and import it as a value, or name it in @Action({ params: … }).`,
      { details: { class: type.name, method } },
    );
  }
  return first as ClassOf<object>;
}

function checkTimeout({ timeoutMs }: ActionOptions, className: string): void {
  if (timeoutMs === undefined || (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= 2_147_483_647)) return;
  throw new ActionDefinitionError(`timeoutMs of ${className} must be a whole number of milliseconds from 1 to 2147483647, got ${timeoutMs}.`, {
    details: { class: className, timeout_ms: timeoutMs },
  });
}
