import type { Type } from '@nestjs/common';
import { ClassDescriber } from './class-describer.js';
import type { ClassDescriptions, FieldDescription, FieldRule, ValueType } from './class-description.js';
import { itemCountBoundsOf, lengthBoundsOf, numericBoundsOf, withoutUndefined } from './field-bounds.js';
import { type JsonValue, toJsonSafe } from './json-safe.js';
import { labelOf } from './labels.js';
import { allowedValuesOf } from './value-type.js';

/** A schema of the JSON Schema language, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: JsonValue };

/**
 * The JSON Schema (2020-12) of what a params or result class accepts. Nested classes are definitions under `$defs`, so that
 * they may contain each other. It describes values as they are meant; that `'7'` is taken for 7 too is not part of it.
 */
export function jsonSchemaOf(type: Type<object>): JsonSchema {
  const writer = new SchemaWriter(new ClassDescriber());
  const root = writer.objectSchema(type);
  const definitions = writer.definitions(type);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...root,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
  };
}

class SchemaWriter {
  private readonly names = new Map<Type<object>, string>();
  private readonly written = new Map<Type<object>, JsonSchema>();

  constructor(private readonly classes: ClassDescriptions) {}

  objectSchema(type: Type<object>): JsonSchema {
    const { fields } = this.classes.describe(type);
    const required = fields.filter((field) => field.isRequired).map(({ name }) => name);
    return {
      title: type.name,
      type: 'object',
      properties: Object.fromEntries(fields.map((field) => [field.name, this.fieldSchema(field)])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    };
  }

  /** Schemas of the nested classes that were referred to; those of `root` itself point at it. */
  definitions(root: Type<object>): JsonSchema {
    const entries = [...this.names]
      .filter(([type]) => type !== root)
      .map(([type, name]): [string, JsonValue] => [name, this.written.get(type) ?? {}]);
    return Object.fromEntries(entries);
  }

  private fieldSchema(field: FieldDescription): JsonSchema {
    const { ui, valueType, rules, name } = field;
    const isSecret = ui.secret === true;
    return withoutUndefined({
      title: ui.label ?? labelOf(name),
      description: ui.description ?? ui.help,
      default: isSecret || ui.hasDynamicDefault === true ? undefined : toJsonSafe(field.defaultValue),
      writeOnly: isSecret ? true : undefined,
      ...nullable(this.valueSchema(valueType, rules, false), field.isNullable),
    }) as JsonSchema;
  }

  private valueSchema(type: ValueType, rules: readonly FieldRule[], each: boolean): JsonSchema {
    if (type.kind === 'list') return this.listSchema(type, rules);
    if (type.kind === 'object') return { $ref: this.reference(type.type) };
    const allowed = allowedValuesOf(rules, each);
    if (allowed !== undefined) return enumSchema(type, allowed);
    if (type.kind === 'mapping') {
      return {
        type: 'object',
        ...(type.values !== undefined && { additionalProperties: this.valueSchema(type.values, rules, true) }),
      };
    }
    return { ...typeKeyword(type), ...constraintsOf(type, rules, each) };
  }

  private listSchema(type: Extract<ValueType, { kind: 'list' }>, rules: readonly FieldRule[]): JsonSchema {
    const { min, max } = itemCountBoundsOf(rules);
    const isUnique = rules.some(({ name, each }) => name === 'arrayUnique' && !each);
    return withoutUndefined({
      type: 'array',
      items: this.valueSchema(type.item, rules, true),
      minItems: min,
      maxItems: max,
      uniqueItems: isUnique ? true : undefined,
    }) as JsonSchema;
  }

  private reference(type: Type<object>): string {
    const known = this.names.get(type);
    if (known !== undefined) return `#/$defs/${known}`;
    const taken = new Set(this.names.values());
    let name = type.name || 'Nested';
    for (let count = 2; taken.has(name); count++) name = `${type.name || 'Nested'}${count}`;
    // The name is set first: the class may contain itself.
    this.names.set(type, name);
    this.written.set(type, this.objectSchema(type));
    return `#/$defs/${name}`;
  }
}

function nullable(schema: JsonSchema, isNullable: boolean): JsonSchema {
  if (!isNullable || Object.keys(schema).length === 0) return schema;
  if (Array.isArray(schema['enum']))
    return { ...schema, ...nullableType(schema), enum: [...(schema['enum'] as JsonValue[]), null] };
  return schema['type'] === undefined ? { anyOf: [schema, { type: 'null' }] } : { ...schema, ...nullableType(schema) };
}

function nullableType({ type }: JsonSchema): JsonSchema {
  return type === undefined ? {} : { type: [...(Array.isArray(type) ? (type as string[]) : [type]), 'null'] };
}

function enumSchema(type: ValueType, allowed: readonly unknown[]): JsonSchema {
  const values = allowed.map((value) => toJsonSafe(value) ?? null);
  const [only] = values;
  return { ...typeKeyword(type), ...(values.length === 1 && only !== undefined ? { const: only } : { enum: values }) };
}

function typeKeyword(type: ValueType): JsonSchema {
  if (type.kind === 'union') return { type: [...type.types] };
  if (type.kind === 'date') return { type: 'string', format: 'date-time' };
  return type.kind === 'any' ? {} : { type: type.kind };
}

function constraintsOf(type: ValueType, rules: readonly FieldRule[], each: boolean): JsonSchema {
  const own = rules.filter((rule) => rule.each === each);
  if (type.kind === 'integer' || type.kind === 'number') return { ...numericBoundsOf(rules, each) };
  if (type.kind !== 'string') return {};
  const { min, max } = lengthBoundsOf(rules, each);
  return withoutUndefined({
    minLength: min,
    maxLength: max,
    format: own.map(({ name }) => FORMATS[name]).find((format) => format !== undefined),
    ...patternOf(own),
  }) as JsonSchema;
}

/** Formats that JSON Schema has a name for. */
const FORMATS: Readonly<Record<string, string>> = {
  isEmail: 'email',
  isUrl: 'uri',
  isUuid: 'uuid',
  isFqdn: 'hostname',
  isDateString: 'date-time',
  isIso8601: 'date-time',
  isRFC3339: 'date-time',
};

/** Only a pattern without flags has a form in JSON Schema, where patterns are read with the `u` flag. */
function patternOf(rules: readonly FieldRule[]): JsonSchema {
  const patterns = rules
    .filter(({ name }) => name === 'matches')
    .map(({ constraints: [pattern] }) => pattern)
    .filter((pattern) => pattern instanceof RegExp && (pattern.flags === '' || pattern.flags === 'u'))
    .map((pattern) => (pattern as RegExp).source);
  const [only] = patterns;
  if (patterns.length > 1) return { allOf: patterns.map((pattern) => ({ pattern })) };
  return only === undefined ? {} : { pattern: only };
}
