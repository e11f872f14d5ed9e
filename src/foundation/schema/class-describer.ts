import type { Type } from '@nestjs/common';
import { ActionDefinitionError } from '../errors/config.errors.js';
import { messageOf } from '../errors/synapse.error.js';
import type { ClassDescription, ClassDescriptions, FieldDescription } from './class-description.js';
import { type FieldMetadata, readFieldMetadata, isReshaped } from './class-metadata.accessor.js';
import { valueTypeOf } from './value-type.js';

/** Describes params and result classes, each once. Every user owns its own, so that two applications share nothing. */
export class ClassDescriber implements ClassDescriptions {
  private readonly descriptions = new WeakMap<object, ClassDescription>();

  /** @throws {@link ActionDefinitionError} when `type` cannot be created without arguments. */
  describe(type: Type<object>): ClassDescription {
    const known = this.descriptions.get(type);
    if (known !== undefined) return known;
    const description = describeClass(type);
    this.descriptions.set(type, description);
    return description;
  }
}

function describeClass(type: Type<object>): ClassDescription {
  const defaults = createInstance(type) as Readonly<Record<string, unknown>>;
  const fields = readFieldMetadata(type)
    .map((metadata) => describeField(metadata, defaults[metadata.name]))
    .sort((a, b) => (a.ui.order ?? 0) - (b.ui.order ?? 0));
  const fieldsByName = new Map(fields.map((field) => [field.name, field]));
  return {
    type,
    fields,
    fieldsByName,
    otherProperties: new Set(Object.keys(defaults).filter((key) => !fieldsByName.has(key))),
    usesTransformer: isReshaped(type) || fields.some((field) => field.isTransformed),
  };
}

function describeField(metadata: FieldMetadata, defaultValue: unknown): FieldDescription {
  const { name, rules, isOptional, isNullable, isConditional, isTransformed, nested, ui } = metadata;
  const saysSomething = ui !== undefined || rules.length > 0 || nested !== 'no';
  return {
    name,
    valueType: valueTypeOf(metadata, defaultValue),
    rules,
    isOptional,
    isNullable,
    isConditional,
    isRequired: defaultValue === undefined && saysSomething && !isOptional && !isConditional,
    defaultValue,
    isTransformed,
    isNestedByRule: nested !== 'no',
    ui: ui ?? {},
  };
}

/** A new instance with its defaults. @throws {@link ActionDefinitionError} when the constructor needs arguments or throws. */
export function createInstance<T extends object>(type: Type<T>): T {
  try {
    return new type();
  } catch (cause) {
    throw new ActionDefinitionError(
      `The class '${type?.name ?? String(type)}' cannot be created without arguments: ${messageOf(cause)}. ` +
        'A params or result class holds fields with defaults; give each constructor parameter a default or remove it.',
      { cause, details: { class: type?.name ?? String(type) } },
    );
  }
}
