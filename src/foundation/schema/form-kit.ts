import type { Type } from '@nestjs/common';
import { ClassDescriber } from './class-describer.js';
import type { ActionUiSchema, FormKitItem } from './form-item.js';
import { FormWriter } from './form-writer.js';

export type { ActionUiSchema, FormKitItem } from './form-item.js';

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
