import { buildMessage, ValidateBy, type ValidationOptions } from 'class-validator';

/** The value is a number strictly greater than `bound`; `@Min` includes its bound. */
export function IsGreaterThan(bound: number, options?: ValidationOptions): PropertyDecorator {
  return numberRule('isGreaterThan', bound, options, {
    holds: (value) => value > bound,
    text: '$property must be greater than $constraint1',
  });
}

/** The value is a number strictly less than `bound`; `@Max` includes its bound. */
export function IsLessThan(bound: number, options?: ValidationOptions): PropertyDecorator {
  return numberRule('isLessThan', bound, options, {
    holds: (value) => value < bound,
    text: '$property must be less than $constraint1',
  });
}

/** The value is a whole multiple of `divisor`, which may be a fraction; class-validator's `@IsDivisibleBy` knows whole divisors only. */
export function IsMultipleOf(divisor: number, options?: ValidationOptions): PropertyDecorator {
  return numberRule('isMultipleOf', divisor, options, {
    holds: (value) => isMultipleOf(value, divisor),
    text: '$property must be a multiple of $constraint1',
  });
}

/** Whether `value` is a whole multiple of `divisor`, but for the rounding of binary fractions. */
export function isMultipleOf(value: number, divisor: number): boolean {
  const times = value / divisor;
  return Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times));
}

interface NumberRule {
  readonly holds: (value: number) => boolean;
  readonly text: string;
}

function numberRule(
  name: string,
  constraint: number,
  options: ValidationOptions | undefined,
  rule: NumberRule,
): PropertyDecorator {
  return ValidateBy(
    {
      name,
      constraints: [constraint],
      validator: {
        validate: (value) => typeof value === 'number' && rule.holds(value),
        defaultMessage: buildMessage((eachPrefix) => eachPrefix + rule.text, options),
      },
    },
    options,
  );
}
