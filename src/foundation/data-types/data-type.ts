import { DataTypeInvalidError } from '../errors/config.errors.js';

/** A semantic type: the class itself is the value; `@Action({ inputType: Dataset })` takes it. */
export type DataTypeClass = typeof DataType;

/**
 * What an action takes in or hands on, as pipelines see it. Subclass it, or any type below, for types of your own:
 * statics that a subclass does not set are its parent's.
 */
export class DataType {
  /** The name config.yaml and the platform use. */
  static readonly typeName: string = 'data';
  /** Name of the file format, null where the type has none. */
  static readonly format: string | null = null;
  static readonly description: string = '';

  /**
   * Whether the two types are the same, or one is an ancestor of the other. Symmetric: {@link compatibilityOf} tells
   * the safe direction from the one that may fail at run time.
   *
   * @throws {@link DataTypeInvalidError} when `other` is not a data type.
   */
  static isCompatibleWith(other: DataTypeClass): boolean {
    return compatibilityOf(this, other) !== 'incompatible';
  }

  toString(): string {
    return `<DataType: ${(this.constructor as DataTypeClass).typeName}>`;
  }
}

/** Whether `value` is {@link DataType} or a subclass of it. */
export function isDataType(value: unknown): value is DataTypeClass {
  return value === DataType || (typeof value === 'function' && value.prototype instanceof DataType);
}

/**
 * How an output fits an input:
 * - `exact`: the same type
 * - `subtype`: the output is more specific than what the input asks for; always safe
 * - `supertype`: the output is more general, so the input may get what it cannot use; worth a warning
 * - `incompatible`: neither is an ancestor of the other
 */
export type Compatibility = 'exact' | 'subtype' | 'supertype' | 'incompatible';

/**
 * How well what one action hands on fits what the next one takes.
 *
 * @throws {@link DataTypeInvalidError} when one of the two is not a data type.
 */
export function compatibilityOf(output: DataTypeClass, input: DataTypeClass): Compatibility {
  assertDataType(output);
  assertDataType(input);
  if (output === input) return 'exact';
  if (output.prototype instanceof input) return 'subtype';
  if (input.prototype instanceof output) return 'supertype';
  return 'incompatible';
}

/** Types are checked at run time as well: config files and untyped plugins get here. */
export function assertDataType(value: unknown): asserts value is DataTypeClass {
  if (isDataType(value)) return;
  const found = typeof value === 'function' ? `the class ${value.name || '(anonymous)'}` : describe(value);
  throw new DataTypeInvalidError(
    `A data type must be DataType or a class that extends it, got ${found}. Pass the class itself, e.g. Dataset, or look a name up in a DataTypeRegistry.`,
  );
}

function describe(value: unknown): string {
  return typeof value === 'string'
    ? `the text '${value}'`
    : value === null
      ? 'null'
      : `a value of type ${typeof value}`;
}
