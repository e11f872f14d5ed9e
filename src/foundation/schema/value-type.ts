import type { Type } from '@nestjs/common';
import type { FieldRule, ValueType } from './class-description.js';
import { type FieldMetadata, hasFieldMetadata } from './class-metadata.accessor.js';
import { isOfScalarType, type JsonScalarType } from './is-json-type.decorator.js';
import { kindOfRule } from './rule-catalog.js';
import type { UiFieldOptions } from './ui-field.decorator.js';

/**
 * What a field holds. Rules say it best, then `@Type` and `itemType`, then the type the compiler wrote down,
 * then the default: `epochs = 10` leaves no type behind.
 */
export function valueTypeOf(metadata: FieldMetadata, defaultValue: unknown): ValueType {
  if (isMappingOfItems(metadata, defaultValue)) return { kind: 'mapping', values: itemTypeOf(metadata, defaultValue) };
  if (!isList(metadata, defaultValue)) {
    return firstKnown(
      typeOfRules(metadata.rules.filter(({ each }) => !each)),
      typeOfClass(metadata.transformerType, 'converted'),
      typeOfClass(metadata.designType, 'declared'),
      typeOfDefault(defaultValue),
    );
  }
  return { kind: 'list', item: itemTypeOf(metadata, defaultValue) };
}

/** The type of a list's items or of a mapping's values; the type itself where it holds no others. */
export function innerTypeOf(type: ValueType): ValueType {
  if (type.kind === 'list') return innerTypeOf(type.item);
  return type.kind === 'mapping' && type.values !== undefined ? innerTypeOf(type.values) : type;
}

/** Whether `value` is a plain object: JSON's, not an instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || isForeignObjectPrototype(prototype);
}

/** The allowed values that `@IsIn` or `@IsEnum` names for the value, or with `each` for its items. */
export function allowedValuesOf(rules: readonly FieldRule[], each: boolean): readonly unknown[] | undefined {
  for (const rule of rules) {
    if (rule.each !== each) continue;
    const values: unknown =
      rule.name === 'isIn' ? rule.constraints[0] : rule.name === 'isEnum' ? rule.constraints[1] : undefined;
    if (Array.isArray(values)) return values;
  }
  return undefined;
}

/** A JSON object made in another realm, such as a test runner's sandbox, has that realm's Object.prototype. */
function isForeignObjectPrototype(prototype: unknown): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf');
}

function isMappingOfItems({ rules, ui }: FieldMetadata, defaultValue: unknown): boolean {
  return (
    ui?.itemType !== undefined &&
    (isPlainObject(defaultValue) || rules.some(({ name, each }) => name === 'isObject' && !each))
  );
}

function isList({ rules, nested, designType, ui }: FieldMetadata, defaultValue: unknown): boolean {
  return (
    designType === Array ||
    nested === 'each' ||
    ui?.itemType !== undefined ||
    Array.isArray(defaultValue) ||
    rules.some((rule) => rule.each || (kindOfRule(rule.name, 'certain') ?? kindOfRule(rule.name, 'hint')) === 'list')
  );
}

function itemTypeOf({ rules, transformerType, ui }: FieldMetadata, defaultValue: unknown): ValueType {
  return firstKnown(
    typeOfClass(itemClassOf(ui), 'item'),
    typeOfRules(rules.filter(({ each }) => each)),
    transformerType === Array ? undefined : typeOfClass(transformerType, 'converted'),
    Array.isArray(defaultValue) && defaultValue.length > 0 ? typeOfDefault(defaultValue[0]) : undefined,
  );
}

/** A class has a prototype, an arrow function that returns one has none. */
function itemClassOf(ui: UiFieldOptions | undefined): unknown {
  const itemType = ui?.itemType;
  if (typeof itemType !== 'function') return undefined;
  return itemType.prototype === undefined ? (itemType as () => unknown)() : itemType;
}

function firstKnown(...types: readonly (ValueType | undefined)[]): ValueType {
  return types.find((type) => type !== undefined) ?? { kind: 'any' };
}

function typeOfRules(rules: readonly FieldRule[]): ValueType | undefined {
  const union = rules.find(({ name }) => name === 'isJsonType');
  if (union !== undefined) return { kind: 'union', types: union.constraints[0] as readonly JsonScalarType[] };
  const certain = rules.map(({ name }) => kindOfRule(name, 'certain'));
  // An integer is a number too, so @IsNumber() @IsInt() is an integer.
  const kind = certain.includes('integer') ? 'integer' : certain.find((each) => each !== undefined);
  if (kind !== undefined) return plainType(kind);
  const values = allowedValuesOf(rules, rules[0]?.each ?? false);
  if (values !== undefined) return typeOfValues(values);
  return plainType(rules.map(({ name }) => kindOfRule(name, 'hint')).find((each) => each !== undefined));
}

/** The one scalar type that all values have; several types are a union of them. */
function typeOfValues(values: readonly unknown[]): ValueType {
  const scalar = (['integer', 'number', 'string', 'boolean'] as const).filter((type) =>
    values.every((value) => isOfScalarType(type, value)),
  );
  const [only] = scalar;
  if (values.length > 0 && only !== undefined) return { kind: only };
  const mixed = (['number', 'string', 'boolean'] as const).filter((type) =>
    values.some((value) => isOfScalarType(type, value)),
  );
  const isScalar = values.every((value) => mixed.some((type) => isOfScalarType(type, value)));
  return isScalar && mixed.length > 0 ? { kind: 'union', types: mixed } : { kind: 'any' };
}

function plainType(kind: ValueType['kind'] | undefined): ValueType | undefined {
  if (kind === undefined || kind === 'any' || kind === 'list' || kind === 'object' || kind === 'union')
    return undefined;
  return { kind };
}

/**
 * `converted`: by `@Type`, which class-transformer reads as an order to convert. `item`: by `itemType`. `declared`: by the
 * property's type, which may be any library's class, so it counts as a class of fields only when it has some.
 */
function typeOfClass(type: unknown, origin: 'converted' | 'item' | 'declared'): ValueType | undefined {
  if (type === String) return origin === 'converted' ? { kind: 'string', takesScalars: true } : { kind: 'string' };
  const simple = SIMPLE_TYPES.get(type);
  if (simple) return simple;
  if (typeof type !== 'function' || type.prototype === undefined || BUILT_INS.has(type)) return undefined;
  if (origin === 'declared' && !hasFieldMetadata(type as Type<object>)) return undefined;
  return { kind: 'object', type: type as Type<object> };
}

const SIMPLE_TYPES: ReadonlyMap<unknown, ValueType> = new Map<unknown, ValueType>([
  [Number, { kind: 'number' }],
  [Boolean, { kind: 'boolean' }],
  [Date, { kind: 'date' }],
]);

/** Classes of the language whose instances are no field-by-field objects. */
const BUILT_INS: ReadonlySet<unknown> = new Set<unknown>([
  ...[Object, Array, Map, Set, WeakMap, WeakSet, Promise, RegExp, Function, Symbol, BigInt, Error, URL],
  ...[Buffer, ArrayBuffer, Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView],
]);

function typeOfDefault(value: unknown): ValueType | undefined {
  if (value instanceof Date) return { kind: 'date' };
  if (isPlainObject(value)) return { kind: 'mapping' };
  if (typeof value === 'object' && value !== null) return typeOfClass(value.constructor, 'declared');
  const kind = typeof value;
  return kind === 'number' || kind === 'string' || kind === 'boolean' ? { kind } : undefined;
}
