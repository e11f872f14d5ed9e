import { ValidateIf } from 'class-validator';

/** The condition `@IsNullable` registers; the same function for every field, so that a reader can tell it from a user's own condition. */
export const isNotNull = (_object: object, value: unknown): boolean => value !== null;

/** The value may be null, and all other rules hold for any other value. Unlike with `@IsOptional`, it must be given. */
export function IsNullable(): PropertyDecorator {
  return ValidateIf(isNotNull);
}
