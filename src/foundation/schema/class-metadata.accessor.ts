import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { TransformationType } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { FieldRule } from './class-description.js';
import { isNotNull } from './is-nullable.decorator.js';
import { UI_FIELD_METADATA } from './schema.constants.js';
import type { UiFieldOptions } from './ui-field.decorator.js';

type RuleMetadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** What decorators and the compiler left on one property, before any conclusion is drawn. */
export interface FieldMetadata {
  readonly name: string;
  readonly rules: readonly FieldRule[];
  readonly isOptional: boolean;
  readonly isNullable: boolean;
  readonly isConditional: boolean;
  /** `@ValidateNested`: absent, for the value, or for each item. */
  readonly nested: 'no' | 'value' | 'each';
  /** A class-transformer decorator other than a plain `@Type` decides what the value becomes. */
  readonly isTransformed: boolean;
  /** The class `@Type` names. */
  readonly transformerType: unknown;
  /** The class the compiler wrote as the property's type; `Object` says that it could not tell. */
  readonly designType: unknown;
  /** Undefined without `@UiField`. */
  readonly ui: UiFieldOptions | undefined;
}

/** Reads the fields of a class in the order of their declaration, a parent's first. The only code that trusts decorator metadata. */
export function readFieldMetadata(type: Type<object>): FieldMetadata[] {
  const metadatas = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const byField = new Map<string, RuleMetadata[]>();
  for (const metadata of [...metadatas].sort((a, b) => ancestry(type, a.target) - ancestry(type, b.target))) {
    const known = byField.get(metadata.propertyName);
    if (known === undefined) byField.set(metadata.propertyName, [metadata]);
    else known.push(metadata);
  }
  return [...byField].map(([name, list]) => readField(type, name, list));
}

/** Whether any field of the class carries a rule or `@UiField`. */
export function hasFieldMetadata(type: Type<object>): boolean {
  return getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length > 0;
}

/** Whether class-transformer decorators for the class as a whole, or that rename and hide fields, decide what an instance looks like. */
export function isReshaped(type: Type<object>): boolean {
  return isExposed(type) || defaultMetadataStorage.getExcludedMetadatas(type).length > 0;
}

/** Whether class-transformer decorators rename fields of a class, or leave out others than those with `@Exclude`. */
export function isExposed(type: Type<object>): boolean {
  return (
    defaultMetadataStorage.getExposedMetadatas(type).length > 0 || defaultMetadataStorage.getStrategy(type) !== 'none'
  );
}

/** Whether `@Exclude` leaves a field out of what becomes of an instance. */
export function isExcluded(type: Type<object>, name: string): boolean {
  return defaultMetadataStorage.getExcludedProperties(type, TransformationType.CLASS_TO_PLAIN).includes(name);
}

/** Whether `@Type` or `@Transform` of class-transformer says what a field becomes. */
export function isShapedByTransformer(type: unknown, name: string): boolean {
  return (
    defaultMetadataStorage.findTypeMetadata(type, name) !== undefined ||
    defaultMetadataStorage.findTransformMetadatas(type, name, TransformationType.PLAIN_TO_CLASS).length > 0
  );
}

/** Whether `@Transform` of class-transformer says what of a field becomes of an instance that is made plain. */
export function isShapedForOutput(type: Type<object>, name: string): boolean {
  return defaultMetadataStorage.findTransformMetadatas(type, name, TransformationType.CLASS_TO_PLAIN).length > 0;
}

function isTransformed(type: Type<object>, name: string): boolean {
  const transforms = defaultMetadataStorage.findTransformMetadatas(type, name, TransformationType.PLAIN_TO_CLASS);
  const typed = defaultMetadataStorage.findTypeMetadata(type, name);
  return (
    transforms.length > 0 ||
    typed?.options?.discriminator !== undefined ||
    typed?.reflectedType === Map ||
    typed?.reflectedType === Set
  );
}

/** Steps from the class up to the one that declares the rule, negative, so that parents sort first. */
function ancestry(type: Type<object>, target: unknown): number {
  let steps = 0;
  for (let proto: unknown = type; typeof proto === 'function' && proto !== target; proto = Object.getPrototypeOf(proto))
    steps -= 1;
  return steps;
}

function readField(type: Type<object>, name: string, metadatas: readonly RuleMetadata[]): FieldMetadata {
  const conditions = metadatas.filter((metadata) => metadata.type === ValidationTypes.CONDITIONAL_VALIDATION);
  const isOptional = conditions.some(isOptionalMark);
  const nested = metadatas.find((metadata) => metadata.type === ValidationTypes.NESTED_VALIDATION);
  return {
    name,
    rules: metadatas.flatMap(toRules),
    isOptional,
    isNullable: isOptional || conditions.some(isNullableMark),
    isConditional: conditions.some((condition) => !isOptionalMark(condition) && !isNullableMark(condition)),
    nested: nested === undefined ? 'no' : nested.each ? 'each' : 'value',
    isTransformed: isTransformed(type, name),
    transformerType: transformerTypeOf(type, name),
    designType: Reflect.getMetadata('design:type', type.prototype, name),
    ui: Reflect.getMetadata(UI_FIELD_METADATA, type.prototype, name),
  };
}

function isOptionalMark(metadata: RuleMetadata): boolean {
  return metadata.name === 'isOptional' && !metadata.groups?.length;
}

function isNullableMark(metadata: RuleMetadata): boolean {
  return metadata.constraints?.[0] === isNotNull;
}

/** The class named by `@Type(() => Class)`. A function that needs the value to decide is left to class-transformer. */
function transformerTypeOf(type: Type<object>, name: string): unknown {
  const metadata = defaultMetadataStorage.findTypeMetadata(type, name);
  if (metadata === undefined) return undefined;
  if (metadata.typeFunction === undefined) return metadata.reflectedType;
  try {
    return metadata.typeFunction();
  } catch {
    return undefined;
  }
}

function toRules(metadata: RuleMetadata): FieldRule[] {
  if (metadata.type !== ValidationTypes.CUSTOM_VALIDATION && metadata.type !== ValidationTypes.IS_DEFINED) return [];
  return getMetadataStorage()
    .getTargetValidatorConstraints(metadata.constraintCls)
    .map((constraint) => {
      const constraints = metadata.constraints ?? [];
      const args = { value: undefined, constraints, targetName: '', object: {}, property: metadata.propertyName };
      return {
        name: constraint.name ?? metadata.name ?? metadata.type,
        constraints,
        each: metadata.each === true,
        isPlain: !constraint.async && !metadata.validateIf && !metadata.groups?.length,
        holds: (value) => constraint.instance.validate(value, args),
      };
    });
}
