import type { Type } from '@nestjs/common';
import type { ActionConfig } from '../../foundation/config/plugin-config.js';
import { extraKeysOf } from '../../foundation/config/plugin-config.js';
import { type FormKitItem, uiSchemaOf } from '../../foundation/schema/form-kit.js';
import { type JsonValue, toJsonSafe } from '../../foundation/schema/json-safe.js';
import type { ClassOf } from '../../authoring/decorators/action.decorator.js';
import type { UnboundAction } from './define-action.js';
import type { DiscoveredPlugin } from './discovered-plugin.js';

/** A plugin's whole configuration as plain JSON values. Keys are those of config.yaml. */
export type PluginExport = { readonly [key: string]: JsonValue };

/**
 * The plugin as it is published: every key of its configuration, also those this version does not know, and its actions.
 *
 * @param loaded - The actions with their classes, for their forms; without it, the export has none.
 */
export function exportPlugin(
  { config, actions }: DiscoveredPlugin,
  loaded?: ReadonlyMap<string, UnboundAction>,
): PluginExport {
  const entries = [...actions].map(([name, known]) => [name, exportAction(known.config, loaded?.get(name))] as const);
  const { actions: _actions, ...others } = config;
  const values = Object.entries({ ...others, actions: Object.fromEntries(entries) });
  // What is not set says nothing, and some readers take null for a value.
  return safe(Object.fromEntries(values.filter(([, value]) => value !== null && value !== undefined))) as PluginExport;
}

function exportAction(config: ActionConfig, loaded: UnboundAction | undefined): Record<string, unknown> {
  const { name, description, entrypoint, method, input_type, output_type, unknown_params } = config;
  const result = formOf(loaded?.resultType);
  return {
    name,
    entrypoint,
    method,
    ...(description && { description }),
    ...(input_type !== null && { input_type }),
    ...(output_type !== null && { output_type }),
    ...(unknown_params !== undefined && { unknown_params }),
    ...extraKeysOf(config),
    ...(loaded && { hyperparameters: { train_ui_schemas: formOf(loaded.paramsType) } }),
    ...(result.length > 0 && { result_schema: result }),
  };
}

function formOf(type: ClassOf<object> | undefined): readonly FormKitItem[] {
  return type ? uiSchemaOf(type as Type<object>) : [];
}

function safe(value: unknown): JsonValue {
  return toJsonSafe(value) ?? null;
}
