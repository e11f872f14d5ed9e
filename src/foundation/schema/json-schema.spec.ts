import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsDate,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsNegative,
  IsNumber,
  IsObject,
  IsOptional,
  IsPositive,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { IsJsonType } from './is-json-type.decorator.js';
import { IsNullable } from './is-nullable.decorator.js';
import { jsonSchemaOf } from './json-schema.js';
import { IsGreaterThan, IsLessThan, IsMultipleOf } from './numeric-rules.decorator.js';
import { ParamsValidator } from './params.validator.js';
import { UiField } from './ui-field.decorator.js';

const Mode = { Fast: 'fast', Slow: 'slow' } as const;

class Point {
  @IsNumber()
  x!: number;
}

class Tree {
  @IsInt()
  value = 0;

  @UiField({ itemType: () => Tree })
  children: Tree[] = [];
}

class Rich {
  @UiField({ label: 'Passes', description: 'Passes over the data' })
  @IsInt()
  @Min(1)
  @Max(1000)
  epochs = 10;

  @IsNumber()
  @IsGreaterThan(0)
  @IsLessThan(1)
  @IsMultipleOf(0.125)
  rate!: number;

  @IsPositive()
  above = 1;

  @IsNegative()
  below = -1;

  @IsString()
  @Length(2, 5)
  @Matches(/^q/)
  name = 'qa';

  @IsBoolean()
  flag = false;

  @IsEnum(Mode)
  mode: 'fast' | 'slow' = 'fast';

  @IsIn([1, 'x', true])
  mixed: number | string | boolean = 1;

  @IsIn(['only'])
  only = 'only';

  @IsOptional()
  @IsIn(['a', 'b'])
  choice: string | null = null;

  @IsArray()
  @IsInt({ each: true })
  @Min(0, { each: true })
  @ArrayMinSize(1)
  @ArrayMaxSize(3)
  @ArrayUnique()
  ids: number[] = [1];

  @IsNullable()
  @IsInt()
  nullable: number | null = null;

  @IsOptional()
  @Type(() => Point)
  point: Point | null = null;

  @UiField({ itemType: Point })
  points: Point[] = [];

  @UiField({ itemType: Number })
  @IsObject()
  weights: Record<string, number> = {};

  @UiField()
  tree = new Tree();

  @IsJsonType(['integer', 'string'])
  either: number | string = 1;

  @UiField()
  anything: unknown = null;
}

const valid = { rate: 0.5 };
const schema = jsonSchemaOf(Rich);
const accepts = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);
const validator = new ParamsValidator();

function isAccepted(input: unknown): boolean {
  try {
    void validator.parse('train', Rich, input);
    return true;
  } catch {
    return false;
  }
}

describe(jsonSchemaOf, () => {
  it.each([
    ['only what is required', {}],
    ['bounds themselves', { epochs: 1, rate: 0.125, name: 'qa', ids: [0, 1, 2] }],
    ['characters outside the basic plane, each counted once', { name: 'q\u{1F600}\u{1F600}\u{1F600}\u{1F600}' }],
    ['enum values', { mode: 'slow', mixed: true, choice: 'b', only: 'only' }],
    ['null where it may be', { choice: null, nullable: null, point: null, anything: null }],
    ['nested objects and lists of them', { point: { x: 1.5 }, points: [{ x: 1 }, { x: 2 }] }],
    ['a class that contains itself', { tree: { value: 1, children: [{ value: 2, children: [{}] }] } }],
    ['a mapping', { weights: { car: 1.5 } }],
    ['either of two types', { either: 'x' }],
  ])('accepts %s, as the validator does', (_case, change) => {
    expect({ ajv: accepts({ ...valid, ...change }), errors: accepts.errors }).toEqual({ ajv: true, errors: null });
    expect(isAccepted({ ...valid, ...change })).toBe(true);
  });

  it.each([
    ['a missing field', { rate: undefined }],
    ['a number below its minimum', { epochs: 0 }],
    ['a number above its maximum', { epochs: 1001 }],
    ['a fraction for an integer', { epochs: 1.5 }],
    ['an exclusive lower bound', { rate: 0 }],
    ['an exclusive upper bound', { rate: 1 }],
    ['zero for a positive number', { above: 0 }],
    ['zero for a negative number', { below: 0 }],
    ['no multiple', { rate: 0.3 }],
    ['a text that is too short', { name: 'q' }],
    ['a text that is too long', { name: 'qqqqqq' }],
    ['a text of another form', { name: 'abc' }],
    ['a word for a boolean', { flag: 'perhaps' }],
    ['no value of an enum', { mode: 'medium' }],
    ['no value of a mixed list', { mixed: 'y' }],
    ['not the only value', { only: 'other' }],
    ['null where it may not be', { epochs: null }],
    ['a list that is too short', { ids: [] }],
    ['a list that is too long', { ids: [1, 2, 3, 4] }],
    ['the same item twice', { ids: [1, 1] }],
    ['an item of the wrong type', { ids: ['x'] }],
    ['an item below its minimum', { ids: [-1] }],
    ['a nested value of the wrong type', { point: { x: 'left' } }],
    ['a nested object without what it needs', { points: [{}] }],
    ['an unknown key', { epoch: 1 }],
    ['an unknown key below', { tree: { children: [{ kids: [] }] } }],
    ['a mapping to another type', { weights: { car: 'heavy' } }],
    ['neither of two types', { either: 1.5 }],
  ])('refuses %s, as the validator does', (_case, change) => {
    const input: unknown = JSON.parse(JSON.stringify({ ...valid, ...change }));

    expect(accepts(input)).toBe(false);
    expect(isAccepted(input)).toBe(false);
  });

  it('tells what a field is about, its bounds and its default', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Rich',
      type: 'object',
      required: ['rate'],
      additionalProperties: false,
      properties: {
        epochs: {
          title: 'Passes',
          description: 'Passes over the data',
          type: 'integer',
          default: 10,
          minimum: 1,
          maximum: 1000,
        },
        rate: { title: 'Rate', type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1, multipleOf: 0.125 },
        name: { minLength: 2, maxLength: 5, pattern: '^q' },
        only: { type: 'string', const: 'only' },
        mode: { type: 'string', enum: ['fast', 'slow'], default: 'fast' },
        nullable: { type: ['integer', 'null'], default: null },
        ids: { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 1, maxItems: 3, uniqueItems: true },
        points: { type: 'array', items: { $ref: '#/$defs/Point' } },
      },
      $defs: {
        Point: { title: 'Point', required: ['x'] },
        Tree: { properties: { children: { items: { $ref: '#/$defs/Tree' } } } },
      },
    });
  });

  it('holds JSON only, and neither secrets nor defaults that differ from run to run', () => {
    class Odd {
      @IsDate()
      since = new Date('2026-01-31T00:00:00Z');

      @UiField({ secret: true })
      token = 'hunter2';

      @UiField({ hasDynamicDefault: true })
      started = Date.now();

      @UiField()
      labels: unknown = new Map([['a', new Set([1, 2])]]);

      @IsEmail()
      mail = 'a@b.co';
    }
    const odd = jsonSchemaOf(Odd);

    expect(JSON.parse(JSON.stringify(odd))).toEqual(odd);
    expect(odd['properties']).toEqual({
      since: { title: 'Since', type: 'string', format: 'date-time', default: '2026-01-31T00:00:00.000Z' },
      token: { title: 'Token', type: 'string', writeOnly: true },
      started: { title: 'Started', type: 'number' },
      labels: { title: 'Labels', default: { a: [1, 2] } },
      mail: { title: 'Mail', type: 'string', format: 'email', default: 'a@b.co' },
    });
  });

  it('gives two nested classes of one name definitions of their own', () => {
    const first = class Same {
      a = 1;
    };
    const second = class Same {
      b = 'x';
    };
    UiField()(first.prototype, 'a');
    UiField()(second.prototype, 'b');
    class Both {
      @UiField({ itemType: first })
      firsts: object[] = [];

      @UiField({ itemType: second })
      seconds: object[] = [];
    }

    expect(Object.keys(jsonSchemaOf(Both)['$defs'] ?? {})).toEqual(['Same', 'Same2']);
  });
});
