import type { Type } from '@nestjs/common';
import type { JsonScalarType } from './is-json-type.decorator.js';
import type { UiFieldOptions } from './ui-field.decorator.js';

/** What a field holds, as far as its rules, decorators and declared type tell. */
export type ValueType =
  | { readonly kind: 'integer' | 'number' | 'boolean' | 'date' | 'any' }
  | {
      readonly kind: 'string';
      /** `@Type(() => String)` asks for other scalars to be written as text. */
      readonly takesScalars?: boolean;
    }
  | {
      readonly kind: 'mapping';
      /** What every value is, where `itemType` says it. */
      readonly values?: ValueType;
    }
  | { readonly kind: 'union'; readonly types: readonly JsonScalarType[] }
  | { readonly kind: 'object'; readonly type: Type<object> }
  | { readonly kind: 'list'; readonly item: ValueType };

/** One class-validator rule of a field. */
export interface FieldRule {
  /** Name of the rule, e.g. `min`. A user's own validator may carry any name. */
  readonly name: string;
  readonly constraints: readonly unknown[];
  /** Whether the rule is for the items of a list. */
  readonly each: boolean;
  /** Whether groups, a condition of its own or asynchronous work decide if and how the rule holds. */
  readonly isPlain: boolean;
  /** Asks the rule itself. Anything but `true` is no acceptance: a promise is not one either. */
  readonly holds: (value: unknown) => unknown;
}

/** A field of a params or result class. */
export interface FieldDescription {
  readonly name: string;
  readonly valueType: ValueType;
  readonly rules: readonly FieldRule[];
  /** Null and a missing value are accepted: `@IsOptional`. */
  readonly isOptional: boolean;
  /** Null is accepted: `@IsOptional` or `@IsNullable`. */
  readonly isNullable: boolean;
  /** `@ValidateIf` decides at run time whether any rule holds. */
  readonly isConditional: boolean;
  /** Input must have the field: it has no default and nothing makes it optional. */
  readonly isRequired: boolean;
  /** What a new instance holds; undefined when that is nothing. */
  readonly defaultValue: unknown;
  /** class-transformer decides what the value becomes, so its declared type says nothing of it. */
  readonly isTransformed: boolean;
  /** Whether `@ValidateNested` makes class-validator descend by itself. */
  readonly isNestedByRule: boolean;
  readonly ui: UiFieldOptions;
}

/** Everything that is known of a params or result class. */
export interface ClassDescription {
  readonly type: Type<object>;
  /** In the order they are declared, a parent's fields first. */
  readonly fields: readonly FieldDescription[];
  readonly fieldsByName: ReadonlyMap<string, FieldDescription>;
  /** Properties a new instance has besides its fields; they are the class's own business. */
  readonly otherProperties: ReadonlySet<string>;
  /** Whether class-transformer decorators decide what an instance looks like. */
  readonly usesTransformer: boolean;
}

/** Where class descriptions come from. Classes may refer to each other, so descriptions are asked for, not nested. */
export interface ClassDescriptions {
  describe(type: Type<object>): ClassDescription;
}
