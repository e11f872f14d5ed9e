import type { Type } from '@nestjs/common';
import { ClassDescriber } from './class-describer.js';
import { FormWriter } from './form-writer.js';
import type { JsonValue } from './json-safe.js';

/** One input of a FormKit schema. Only JSON values, so that it can be written to config.yaml and sent to a browser. */
export type FormKitItem = {
  /** The input's kind, e.g. `number`, `select` or `group`. */
  readonly $formkit: string;
  /** `name`, `label`, `value`, `help` and whatever else the kind of input takes. */
  readonly [property: string]: JsonValue;
};

/** The form of an action, as config.yaml and the platform carry it. */
export interface ActionUiSchema {
  /** Null where the form stands for no action in particular. */
  readonly action: string | null;
  readonly ui_schemas: readonly FormKitItem[];
}

/**
 * The FormKit inputs for a params or result class, one a field, in the order of their declaration.
 *
 * All of them are inputs that FormKit itself brings. A list without fixed choices is a `list` with an input for its length and
 * one for each item, which grows and shrinks without any code of the page.
 */
export function uiSchemaOf(type: Type<object>): readonly FormKitItem[] {
  return new FormWriter(new ClassDescriber()).items(type);
}

/** {@link uiSchemaOf} with the action's name. */
export function getActionUiSchema(type: Type<object>, name: string | null = null): ActionUiSchema {
  return { action: name, ui_schemas: uiSchemaOf(type) };
}
