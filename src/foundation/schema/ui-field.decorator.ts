import 'reflect-metadata';
import { Allow } from 'class-validator';
import { UI_FIELD_METADATA } from './schema.constants.js';

/** One choice of a select or radio control. */
export interface UiFieldChoice {
  /** Text shown to the user. */
  readonly label: string;
  /** Value that lands in the params. */
  readonly value: string | number | boolean;
}

/** Choices as plain values, or with a label of their own. */
export type UiFieldChoices = readonly (string | number | boolean | UiFieldChoice)[];

/** What items of a list or values of a mapping are: a scalar's constructor or a params class. */
export type UiFieldItemType = abstract new (...args: never[]) => unknown;

/** What a field shows in a form, on the command line and in schemas, besides its rules. */
export interface UiFieldOptions {
  /** Title of the input. @defaultValue the property's name in title case */
  readonly label?: string;
  /** What the field means: the schema's description, the text in `--help`, and the sentence below the input. */
  readonly description?: string;
  /** Sentence below the input and text in `--help`, where they should say something else. @defaultValue `description` */
  readonly help?: string;
  /** FormKit input to use in place of the one the type asks for, e.g. `range`, `radio`, `textarea`. */
  readonly formkit?: string;
  /** Choices of a select, radio or checkbox list. They inform the form only; `@IsIn` or `@IsEnum` enforces them. */
  readonly options?: UiFieldChoices;
  /** Whether the form marks the input as required. Validation is not changed. @defaultValue true where the input must have it */
  readonly required?: boolean;
  /** Step of a number input. @defaultValue the divisor of `@IsMultipleOf` or `@IsDivisibleBy` */
  readonly step?: number;
  /** Smallest value the input offers. @defaultValue the bound of `@Min`, `@IsPositive` or `@IsGreaterThan` */
  readonly min?: number;
  /** Largest value the input offers. @defaultValue the bound of `@Max`, `@IsNegative` or `@IsLessThan` */
  readonly max?: number;
  /** Text or value shown while the input is empty. @defaultValue the field's default */
  readonly placeholder?: string | number | boolean;
  /** The value is a password or token: never stored, logged or shown, and no command line flag. @defaultValue false */
  readonly secret?: boolean;
  /**
   * Class of the items of a list, or of the values where the default is a plain object, e.g. `Number` or a params class;
   * say `() => Box` where classes refer to each other.
   */
  readonly itemType?: UiFieldItemType | (() => UiFieldItemType);
  /** The default differs from run to run (a time, a random id), so it is not written into forms and schemas. @defaultValue false */
  readonly hasDynamicDefault?: boolean;
  /** Position among the fields, smallest first; fields without one keep their order at 0. @defaultValue 0 */
  readonly order?: number;
  /** FormKit expression that decides whether the input is shown, e.g. `$get(mode).value === "custom"`. @defaultValue always shown */
  readonly visibleIf?: string;
}

/**
 * Says how a field of a params or result class appears in forms, on the command line and in JSON Schema.
 *
 * It also makes the field one that input may have, so a field needs no rule at all to be accepted.
 */
export function UiField(options: UiFieldOptions = {}): PropertyDecorator {
  return (prototype, property) => {
    Reflect.defineMetadata(UI_FIELD_METADATA, options, prototype, property);
    Allow()(prototype, String(property));
  };
}
