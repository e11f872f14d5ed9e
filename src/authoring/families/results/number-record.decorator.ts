import { buildMessage, ValidateBy, type ValidationOptions } from 'class-validator';

/** The value is an object of numbers, such as metrics by their names. Texts that spell a number count as numbers, as for every field. */
export function IsNumberRecord(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isNumberRecord',
      validator: {
        validate: isNumberRecord,
        defaultMessage: buildMessage((eachPrefix) => `${eachPrefix}$property must be an object of numbers`, options),
      },
    },
    options,
  );
}

function isNumberRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(isNumber);
}

function isNumber(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '' && !Number.isNaN(Number(value));
  return typeof value === 'number' && !Number.isNaN(value);
}
