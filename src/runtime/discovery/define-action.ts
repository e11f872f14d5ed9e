import type { ActionOptions, ClassOf } from '../../authoring/decorators/action.decorator.js';
import { declaredBy, parentOf } from '../../authoring/decorators/declared-by.js';
import { isDeclared, unknownParamsOf } from '../../foundation/config/plugin-config.js';
import { PluginCategory } from '../../foundation/config/enums.js';
import { ActionDefinitionError } from '../../foundation/errors/config.errors.js';
import type { ActionDefinition } from './action-definition.js';
import { type ConfigEntry, entriesOf } from './config-entry.js';
import { paramsTypeOfMethod } from './method-params.js';
import { nameOfActionClass } from '../../authoring/decorators/name-of-action.js';
import type { PluginIdentity } from './plugin-identity.js';

/** A decorated class, or one decorated method of it. */
export interface FoundAction {
  readonly type: ClassOf<object>;
  readonly method?: string;
  readonly options: ActionOptions;
}

/** An action without the instance that it is called on. */
export type UnboundAction = Omit<ActionDefinition, 'call' | 'steps'>;

/**
 * Puts together what the decorator, the file and config.yaml say about an action; config.yaml wins.
 *
 * Several entries with the same entrypoint are several actions. Nothing is written to the class, so that two plugins can share it
 * under different names.
 *
 * @param entrypoint - Where the plugin's files have it; without files, the class and the method.
 * @throws {@link ActionDefinitionError} when the params class of a method action is not known at run time, or an option is out of range.
 */
export function defineActions(
  found: FoundAction,
  identity: PluginIdentity,
  entrypoint = ownerOf(found),
): readonly UnboundAction[] {
  const action = { ...fromDecorator(found), entrypoint, plugin: identity.code, source: identity.source };
  const entries = entriesOf(identity.config, entrypoint, action.name);
  if (entries.length === 0) return [withConfig(action, identity)];
  return entries.map((entry) => withConfig(action, identity, entry));
}

type FromDecorator = Omit<UnboundAction, 'plugin' | 'entrypoint' | 'source' | 'env' | 'ignoresUnknownParams'>;

function fromDecorator(found: FoundAction): FromDecorator {
  const { type, method, options } = found;
  checkName(options, ownerOf(found));
  checkMilliseconds('timeoutMs', options.timeoutMs, ownerOf(found));
  checkMilliseconds('leaseMs', options.leaseMs, ownerOf(found));
  return {
    name: options.name ?? method ?? nameOfActionClass(type.name),
    description: options.description ?? '',
    category: options.category ?? PluginCategory.Custom,
    method: options.method,
    paramsType: options.params ?? undeclaredParamsOf(found),
    resultType: options.result ?? (method === undefined ? declaredBy(parentOf(type), 'result') : undefined),
    ...semanticTypesOf(options),
    isStrictResult: options.strictResult ?? false,
    timeoutMs: options.timeoutMs,
    resources: options.resources,
    permissions: options.permissions ?? [],
    options,
  };
}

function semanticTypesOf({
  inputType,
  outputType,
}: FoundAction['options']): Pick<FromDecorator, 'inputType' | 'outputType' | 'inputTypeName' | 'outputTypeName'> {
  return { inputType, outputType, inputTypeName: inputType?.typeName, outputTypeName: outputType?.typeName };
}

/** One object for all, since environments are composed once per object. */
const NO_ENV: Readonly<Record<string, unknown>> = Object.freeze({});

function withConfig(
  action: Omit<UnboundAction, 'env' | 'ignoresUnknownParams'>,
  { config }: PluginIdentity,
  entry?: ConfigEntry,
): UnboundAction {
  if (!config) return { ...action, env: NO_ENV, ignoresUnknownParams: false };
  const name = entry?.key ?? action.name;
  return {
    ...action,
    ...(entry && fromEntry(action, entry)),
    name,
    category: action.options.category ?? config.category,
    env: config.env,
    ignoresUnknownParams: unknownParamsOf(config, name) === 'ignore',
  };
}

function fromEntry(action: FromDecorator, { config }: ConfigEntry): Partial<UnboundAction> {
  return {
    description: config.description || action.description,
    method: isDeclared(config, 'method') ? config.method : action.method,
    // A declared class says more than a name, which may be one of another plugin's types.
    inputTypeName: action.inputTypeName ?? config.input_type ?? undefined,
    outputTypeName: action.outputTypeName ?? config.output_type ?? undefined,
  };
}

/** How an action is called that was found without a file. */
function ownerOf({ type, method }: FoundAction): string {
  return method === undefined ? type.name : `${type.name}.${method}`;
}

function undeclaredParamsOf({ type, method }: FoundAction): ClassOf<object> | undefined {
  return method === undefined ? declaredBy(parentOf(type), 'params') : paramsTypeOfMethod(type, method);
}

function checkName({ name }: ActionOptions, owner: string): void {
  if (name === undefined || (typeof name === 'string' && name !== '' && name === name.trim())) return;
  throw new ActionDefinitionError(
    `The action name of ${owner} must be a text that is not empty and has no spaces around it, got ${JSON.stringify(name)}.`,
    { details: { owner, name } },
  );
}

function checkMilliseconds(option: 'timeoutMs' | 'leaseMs', value: number | undefined, owner: string): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= 2_147_483_647)) return;
  throw new ActionDefinitionError(
    `${option} of ${owner} must be a whole number of milliseconds from 1 to 2147483647, got ${value}.`,
    { details: { owner, [option === 'leaseMs' ? 'lease_ms' : 'timeout_ms']: value } },
  );
}
