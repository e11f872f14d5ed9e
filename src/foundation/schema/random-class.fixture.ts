import type { Type } from '@nestjs/common';
import { Type as TransformerType } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayNotEmpty,
  ArrayUnique,
  Contains,
  IsBoolean,
  IsDate,
  IsDivisibleBy,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsNegative,
  IsNotEmpty,
  IsNotIn,
  IsNumber,
  IsObject,
  IsOptional,
  IsPositive,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';
import fc from 'fast-check';
import { IsJsonType } from './is-json-type.decorator.js';
import { IsNullable } from './is-nullable.decorator.js';
import { IsGreaterThan, IsLessThan, IsMultipleOf } from './numeric-rules.decorator.js';
import { UiField } from './ui-field.decorator.js';

/** A params class made up by fast-check, and an input for it that is valid often enough to be of use. */
export interface RandomCase {
  readonly type: Type<object>;
  readonly input: unknown;
  /** The class in words, for the report of a counterexample. */
  readonly toString: () => string;
}

interface ItemKind {
  readonly label: string;
  readonly decorate: (options: ValidationOptions) => PropertyDecorator[];
  readonly values: fc.Arbitrary<unknown>;
}

interface FieldKind {
  readonly label: string;
  readonly decorators: PropertyDecorator[];
  readonly values: fc.Arbitrary<unknown>;
}

interface RandomField extends FieldKind {
  readonly name: string;
  readonly presence: 'required' | 'optional' | 'nullable';
  readonly default: { readonly value: unknown } | undefined;
}

/** Every kind of rule the compiled path knows, in random company, with random input. */
export function randomCases(): fc.Arbitrary<RandomCase> {
  return randomClass(2).chain(({ type, inputs, label }) =>
    fc
      .oneof({ weight: 12, arbitrary: inputs }, { weight: 1, arbitrary: garbage() })
      .map((input) => ({ type, input, toString: () => `${label} given ${fc.stringify(input)}` })),
  );
}

const MODES = { Fast: 'fast', Slow: 'slow', Three: '3' } as const;
enum Level {
  Low,
  High = 5,
}

const bound = fc.integer({ min: -5, max: 12 });
const size = fc.integer({ min: 0, max: 4 });

function some<T>(choices: readonly fc.Arbitrary<T>[]): fc.Arbitrary<T[]> {
  return fc.subarray([...choices], { maxLength: Math.min(2, choices.length) }).chain((chosen) => fc.tuple(...chosen));
}

type ItemRule = (options: ValidationOptions) => PropertyDecorator;
const numberRules: fc.Arbitrary<ItemRule>[] = [
  bound.map((value) => (options) => Min(value, options)),
  bound.map((value) => (options) => Max(value, options)),
  bound.map((value) => (options) => IsGreaterThan(value, options)),
  bound.map((value) => (options) => IsLessThan(value, options)),
  fc.constantFrom(0.5, 1, 2, 3).map((value) => (options) => IsMultipleOf(value, options)),
  fc.constantFrom(1, 2, 3).map((value) => (options) => IsDivisibleBy(value, options)),
  fc.constant((options) => IsPositive(options)),
  fc.constant((options) => IsNegative(options)),
  fc.constant((options) => IsNotIn([1, 2], options)),
];
const stringRules: fc.Arbitrary<ItemRule>[] = [
  size.map((value) => (options) => MinLength(value, options)),
  size.map((value) => (options) => MaxLength(value + 1, options)),
  fc.tuple(size, size).map(
    ([min, more]) =>
      (options) =>
        Length(min, min + more, options),
  ),
  fc.constantFrom(/^a/, /^[a-z]*$/i, /b/g, /^\p{L}+$/u).map((pattern) => (options) => Matches(pattern, options)),
  fc.constant((options) => IsNotEmpty(options)),
  fc.constant((options) => IsEmail({}, options)),
  fc.constant((options) => Contains('a', options)),
];

const numbers = fc.oneof(fc.integer({ min: -8, max: 15 }), fc.constantFrom(0.5, -1.5, 1e21, 0.3));
const spelled = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary: values }, values.map(String));
const texts = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom('a', 'ab', 'Abc', 'é', '\u{1F600}', 'a\u{1F600}\uFE0F', 'a@b.co', ''),
);

function itemKinds(): fc.Arbitrary<ItemKind> {
  const withRules = (
    label: string,
    main: ItemRule,
    rules: fc.Arbitrary<ItemRule>[],
    values: fc.Arbitrary<unknown>,
  ): fc.Arbitrary<ItemKind> =>
    some(rules).map((extra) => ({
      label,
      decorate: (options) => [main, ...extra].map((rule) => rule(options)),
      values,
    }));
  return fc.oneof(
    withRules('integer', (options) => IsInt(options), numberRules, spelled(numbers)),
    withRules('number', (options) => IsNumber({}, options), numberRules, spelled(numbers)),
    withRules('string', (options) => IsString(options), stringRules, texts),
    withRules('boolean', (options) => IsBoolean(options), [], fc.constantFrom(true, false, 'true', 'OFF', 1, 0, '2')),
    withRules('mode', (options) => IsEnum(MODES, options), [], fc.constantFrom('fast', 'slow', '3', 3, 'Fast')),
    withRules('level', (options) => IsEnum(Level, options), [], fc.constantFrom(0, 5, '5', 1, 'Low')),
    withRules(
      'choice',
      (options) => IsIn(['a', 2, '2', true], options),
      [],
      fc.constantFrom('a', 2, '2', true, 'true', Number.NaN),
    ),
    withRules('union', (options) => IsJsonType(['integer', 'string'], options), [], fc.oneof(numbers, texts)),
    withRules(
      'date',
      (options) => IsDate(options),
      [],
      fc.constantFrom('2026-01-31', '2026-13-45', '2026-01-31T10:00:00Z', 0, new Date(5)),
    ),
  );
}

function fieldKinds(depth: number): fc.Arbitrary<FieldKind> {
  const scalars = itemKinds().map(({ label, decorate, values }) => ({ label, decorators: decorate({}), values }));
  const listRules = some<PropertyDecorator>([
    size.map((value) => ArrayMinSize(value)),
    size.map((value) => ArrayMaxSize(value + 1)),
    fc.constant(ArrayNotEmpty()),
    fc.constant(ArrayUnique()),
  ]);
  const lists = fc.tuple(itemKinds(), listRules).map(([{ label, decorate, values }, rules]) => ({
    label: `list of ${label}`,
    decorators: [...decorate({ each: true }), ...rules],
    values: fc.oneof({ weight: 6, arbitrary: fc.array(values, { maxLength: 4 }) }, values),
  }));
  const free = fc.constantFrom<FieldKind>(
    {
      label: 'mapping',
      decorators: [IsObject()],
      values: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
    },
    { label: 'any', decorators: [UiField()], values: fc.jsonValue() },
  );
  if (depth === 0) return fc.oneof(scalars, lists, free);
  const nested = fc
    .tuple(randomClass(depth - 1), fc.boolean(), fc.boolean())
    .map(([{ type, inputs, label }, isList, isByRule]) => ({
      label: `${isList ? 'list of ' : ''}${label}`,
      decorators: isByRule
        ? [ValidateNested({ each: isList }), TransformerType(() => type)]
        : isList
          ? [UiField({ itemType: type })]
          : [UiField(), TransformerType(() => type)],
      values: isList
        ? fc.oneof({ weight: 6, arbitrary: fc.array(inputs, { maxLength: 3 }) }, inputs)
        : fc.oneof({ weight: 6, arbitrary: inputs }, fc.array(inputs)),
    }));
  return fc.oneof(scalars, scalars, lists, free, nested);
}

function randomClass(
  depth: number,
): fc.Arbitrary<{ type: Type<object>; inputs: fc.Arbitrary<unknown>; label: string }> {
  const field = (name: string): fc.Arbitrary<RandomField> =>
    fieldKinds(depth).chain((kind) =>
      fc.record({
        name: fc.constant(name),
        label: fc.constant(kind.label),
        decorators: fc.constant(kind.decorators),
        values: fc.constant(kind.values),
        presence: fc.constantFrom('required' as const, 'required' as const, 'optional' as const, 'nullable' as const),
        // With a plain object as its default, `itemType` declares a mapping, which the compiled path leaves alone.
        default: fc.option(
          kind.values
            .filter((value) => !kind.label.startsWith('list') || Array.isArray(value))
            .map((value) => ({ value })),
          { nil: undefined, freq: 3 },
        ),
      }),
    );
  return fc
    .subarray(['a', 'b', 'quo"te', 'é', 'a-b'])
    .chain((names) => fc.tuple(...names.map(field)))
    .map((fields) => ({
      type: declare(fields),
      inputs: inputsOf(fields),
      label: `{ ${fields.map(({ name, label, presence, default: { value } = { value: undefined } }) => `${name}: ${presence} ${label} = ${fc.stringify(value)}`).join('; ')} }`,
    }));
}

function declare(fields: readonly RandomField[]): Type<object> {
  class Random {
    [name: string]: unknown;
    constructor() {
      for (const { name, default: given } of fields) if (given !== undefined) this[name] = structuredClone(given.value);
    }
  }
  for (const { name, decorators, presence } of fields) {
    for (const decorate of decorators) decorate(Random.prototype, name);
    if (presence === 'optional') IsOptional()(Random.prototype, name);
    if (presence === 'nullable') IsNullable()(Random.prototype, name);
  }
  return Random;
}

function inputsOf(fields: readonly RandomField[]): fc.Arbitrary<unknown> {
  const entries = fields.map(({ name, values }) =>
    fc.oneof(
      { weight: 14, arbitrary: values.map((value) => [[name, value]]) },
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: garbage().map((value) => [[name, value]]) },
    ),
  );
  const extra = fc.oneof(
    { weight: 15, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('__proto__', 'constructor', 'unknown', '').map((key) => [[key, { x: 1 }]]),
    },
  );
  return fc.tuple(...entries, extra).map((lists) => {
    const input: Record<string, unknown> = {};
    // A plain assignment of __proto__ would set the prototype; JSON.parse makes a property of it, and so does this.
    for (const [key, value] of lists.flat() as [string, unknown][]) {
      Object.defineProperty(input, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return input;
  });
}

function garbage(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(null, undefined, Number.NaN, '7', ' 8 ', '0x1', 'true', [], {}, [null]),
  );
}
