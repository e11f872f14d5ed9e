import { buildMessage, ValidateBy, type ValidationOptions } from 'class-validator';

/** The scalar types of JSON Schema. */
export type JsonScalarType = 'integer' | 'number' | 'string' | 'boolean';

/**
 * The value is of one of several scalar types; TypeScript's `number | string` leaves nothing at run time to check.
 * Forms use the control of the first.
 */
export function IsJsonType(types: readonly JsonScalarType[], options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isJsonType',
      constraints: [types],
      validator: {
        validate: (value) => types.some((type) => isOfScalarType(type, value)),
        defaultMessage: buildMessage(
          (eachPrefix) => `${eachPrefix}$property must be one of the types: $constraint1`,
          options,
        ),
      },
    },
    options,
  );
}

/** Whether `value` is a JSON value of `type`; NaN and the infinities have no JSON form. */
export function isOfScalarType(type: JsonScalarType, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
  }
}
