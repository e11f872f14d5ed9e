import { Test } from '@nestjs/testing';
import { Exclude, Transform, Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDate,
  IsEnum,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  registerDecorator,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { ActionDefinitionError, ParamsInvalidError } from '../errors/index.js';
import { IsJsonType } from './is-json-type.decorator.js';
import { IsNullable } from './is-nullable.decorator.js';
import { IsGreaterThan, IsLessThan, IsMultipleOf } from './numeric-rules.decorator.js';
import { ParamsValidator } from './params.validator.js';
import { UiField } from './ui-field.decorator.js';

class Item {
  @IsInt()
  @Min(1)
  qty!: number;
}

class Optimizer {
  @IsString()
  name!: string;

  @IsNumber()
  @IsGreaterThan(0)
  @IsLessThan(1)
  rate = 0.1;
}

class TrainParams {
  @IsInt()
  @Min(1)
  @Max(1000)
  epochs = 10;

  @ValidateNested()
  @Type(() => Optimizer)
  optimizer: Optimizer = Object.assign(new Optimizer(), { name: 'adam' });

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Item)
  items: Item[] = [];

  @IsOptional()
  @IsIn(['small', 'large'])
  size?: string;
}

class NoParams {}

const validator = new ParamsValidator();
const parse = <P extends object>(type: new () => P, input: unknown): P => {
  const params = validator.parse('train', type, input);
  if (params instanceof Promise) throw new Error('expected an answer at once');
  return params;
};
const issuesOf = (type: new () => object, input: unknown): [string, string | undefined][] => {
  try {
    parse(type, input);
  } catch (error) {
    if (error instanceof ParamsInvalidError) return error.issues.map(({ path, code }) => [path, code]);
    throw error;
  }
  return [];
};

describe(ParamsValidator, () => {
  it('returns an instance of the params class at once, defaults filled in', () => {
    const params = parse(TrainParams, { epochs: 3, items: [{ qty: 2 }] });

    expect(params).toBeInstanceOf(TrainParams);
    expect(params).toMatchObject({ epochs: 3, optimizer: { name: 'adam', rate: 0.1 } });
    expect(params.items[0]).toBeInstanceOf(Item);
    expect(params.optimizer).toBeInstanceOf(Optimizer);
  });

  it('lists every broken rule with its dotted path', () => {
    const input = { epochs: 0, optimizer: { name: 7, rate: 1 }, items: [{ qty: 1 }, { qty: 0.5 }], size: 'huge' };

    expect(issuesOf(TrainParams, input)).toEqual([
      ['epochs', 'min'],
      ['optimizer.name', 'isString'],
      ['optimizer.rate', 'isLessThan'],
      ['items.1.qty', 'min'],
      ['items.1.qty', 'isInt'],
      ['size', 'isIn'],
    ]);
  });

  it('names the items of a list that break a rule, and only them', () => {
    class Ids {
      @IsInt({ each: true })
      @Min(1, { each: true })
      @ArrayMinSize(1)
      ids: number[] = [1];
    }

    expect(issuesOf(Ids, { ids: [3, 'x', 4, 0] })).toEqual([
      ['ids.1', 'min'],
      ['ids.3', 'min'],
      ['ids.1', 'isInt'],
    ]);
    expect(issuesOf(Ids, { ids: [] })).toEqual([['ids', 'arrayMinSize']]);
  });

  it.each([
    ['at the top', { epoch: 3 }, 'epoch'],
    ['in a nested object', { optimizer: { name: 'sgd', momentum: 1 } }, 'optimizer.momentum'],
    ['in a list of objects', { items: [{ qty: 1 }, { qty: 1, price: 2 }] }, 'items.1.price'],
  ])('refuses an unknown key %s and names its path', (_case, input, path) => {
    expect(issuesOf(TrainParams, input)).toEqual([[path, 'unknown_key']]);
  });

  it('drops unknown keys where the switch says ignore, as the original does', () => {
    const lenient = new ParamsValidator({ unknownKeys: 'ignore' });

    expect(lenient.parse('train', Item, { qty: 1, price: 2 })).toEqual(Object.assign(new Item(), { qty: 1 }));
  });

  it.each([
    ['null', null],
    ['nothing', undefined],
    ['a list', [{ epochs: 1 }]],
    ['a text', '{"epochs":1}'],
    ['a number', 7],
  ])('refuses %s in place of an object', (_case, input) => {
    expect(issuesOf(TrainParams, input)).toEqual([['', 'not_an_object']]);
  });

  it('takes a params class without rules, and still refuses keys for it', () => {
    expect(parse(NoParams, {})).toBeInstanceOf(NoParams);
    expect(issuesOf(NoParams, { x: 1 })).toEqual([['x', 'unknown_key']]);
  });

  it('returns an instance of the class as it is, checked again', () => {
    const params = Object.assign(new TrainParams(), { epochs: 5 });

    expect(parse(TrainParams, params)).toBe(params);
    params.epochs = 0;
    expect(issuesOf(TrainParams, params)).toEqual([['epochs', 'min']]);
  });

  it('says who is at fault when the class cannot be created', () => {
    class NeedsHelp {
      constructor(text: string) {
        text.trim();
      }
    }
    const type: new () => object = NeedsHelp as unknown as new () => object;

    expect(() => parse(type, {})).toThrow(ActionDefinitionError);
  });

  it('can be injected, with and without options', async () => {
    const module = await Test.createTestingModule({ providers: [ParamsValidator] }).compile();

    expect(module.get(ParamsValidator).parse('train', NoParams, {})).toBeInstanceOf(NoParams);
  });
});

describe('coercion', () => {
  class Mixed {
    @IsInt()
    a = 1;

    @IsNumber()
    b = 0.5;

    @IsBoolean()
    c = false;

    @IsInt({ each: true })
    d: number[] = [];

    @UiField({ itemType: () => Item })
    e: Item[] = [];

    @IsOptional()
    @IsDate()
    f?: Date;

    @IsJsonType(['integer', 'string'])
    g: number | string = 1;
  }

  it('turns texts that spell a value into it, also at depth', () => {
    const input = { a: '7', b: ' 1e-3 ', c: 'true', d: ['1', 2], e: [{ qty: '3' }], f: '2026-01-31T00:00:00Z', g: 'x' };

    expect(parse(Mixed, input)).toEqual(
      Object.assign(new Mixed(), {
        ...{ a: 7, b: 0.001, c: true, d: [1, 2], e: [Object.assign(new Item(), { qty: 3 })] },
        ...{ f: new Date('2026-01-31T00:00:00Z'), g: 'x' },
      }),
    );
  });

  it('turns the values of a mapping into its item type, and refuses others with their key', () => {
    class Weights {
      @UiField({ itemType: Number })
      weights: Record<string, number> = {};

      @UiField({ itemType: Item })
      items: Record<string, Item> = {};
    }

    expect(parse(Weights, { weights: { car: '0.5' }, items: { a: { qty: '2' } } })).toEqual({
      weights: { car: 0.5 },
      items: { a: { qty: 2 } },
    });
    expect(issuesOf(Weights, { weights: { car: 'x' }, items: { a: { qty: 0 }, b: 1 } })).toEqual([
      ['items.b', 'isObject'],
      ['items.a.qty', 'min'],
      ['weights.car', 'type'],
    ]);
  });

  it.each([
    ['an empty text for a number', { b: '' }],
    ['a text with more than a number', { a: '7 apples' }],
    ['a fraction for an integer', { a: '7.5' }],
    ['an integer with more digits than a number holds', { a: '9007199254740993' }],
    ['a word for a number', { b: 'NaN' }],
    ['hexadecimal digits', { a: '0x10' }],
    ['a boolean for a number', { a: true }],
    ['a word that is no truth value', { c: 'perhaps' }],
    ['a number that is no truth value', { c: 2 }],
    ['a day that does not exist', { f: 'the day after tomorrow' }],
    ['a list for a number', { a: [7] }],
  ])('refuses %s', (_case, input) => {
    expect(issuesOf(Mixed, input)).toEqual([[Object.keys(input)[0], expect.any(String)]]);
  });

  it('leaves a text that a rule allows as it is', () => {
    class Choice {
      @IsIn(['1', 2])
      value: string | number = '1';
    }

    expect(parse(Choice, { value: '1' })).toEqual({ value: '1' });
  });
});

describe('what rules alone leave open', () => {
  class Open {
    @UiField()
    name!: string;

    @ValidateNested()
    @Type(() => Item)
    item!: Item;

    @IsInt({ each: true })
    ids!: number[];

    @UiField()
    nested: Item = Object.assign(new Item(), { qty: 1 });
  }
  const fine = { name: 'x', item: { qty: 1 }, ids: [1] };

  it('accepts what fits the declared types', () => {
    expect(parse(Open, fine)).toMatchObject(fine);
  });

  it('says of a missing field that it is required, once', () => {
    expect(issuesOf(Open, {})).toEqual([
      ['name', 'missing'],
      ['item', 'missing'],
      ['ids', 'missing'],
    ]);
  });

  it.each([
    ['a declared type without a rule', { name: 7 }, 'name'],
    ['a bare item where a list is declared', { ids: 5 }, 'ids'],
    ['a list where an object is declared', { item: [{ qty: 1 }] }, 'item'],
    ['a nested class without @ValidateNested', { nested: { qty: 0 } }, 'nested.qty'],
  ])('holds input to %s', (_case, change, path) => {
    expect(issuesOf(Open, { ...fine, ...change }).map(([at]) => at)).toEqual([path]);
  });
});

describe('optional, nullable and conditional fields', () => {
  class Loose {
    @IsOptional()
    @IsInt()
    optional: number | null = null;

    @IsNullable()
    @IsInt()
    nullable!: number | null;

    @ValidateIf((loose: Loose) => loose.nullable === 1)
    @IsString()
    conditional?: string;
  }

  it.each([
    ['null where both allow it', { optional: null, nullable: null }],
    ['a condition that does not hold', { nullable: 2, conditional: 5 }],
    ['a condition that holds', { nullable: 1, conditional: 'x' }],
  ])('accepts %s', (_case, input) => {
    expect(parse(Loose, input)).toMatchObject(input);
  });

  it.each([
    ['a nullable field that is not given', {}, 'nullable'],
    ['a value of the wrong type in an optional field', { nullable: 1, conditional: 'x', optional: 'y' }, 'optional'],
    ['a wrong value under a condition that holds', { nullable: 1, conditional: 5 }, 'conditional'],
  ])('refuses %s', (_case, input, path) => {
    expect(issuesOf(Loose, input).map(([at]) => at)).toEqual([path]);
  });
});

describe('rules of this package', () => {
  class Bounds {
    @IsGreaterThan(0)
    above = 1;

    @IsLessThan(1)
    below = 0;

    @IsMultipleOf(0.001)
    step = 0.001;
  }

  it.each([
    [{ above: 0 }, 'isGreaterThan'],
    [{ below: 1 }, 'isLessThan'],
    [{ step: 0.0015 }, 'isMultipleOf'],
  ])('refuses %j', (input, code) => {
    expect(issuesOf(Bounds, input)).toEqual([[Object.keys(input)[0], code]]);
  });

  it('accepts multiples that binary fractions only come close to', () => {
    expect(parse(Bounds, { step: 0.3 }).step).toBe(0.3);
    expect(parse(Bounds, { step: 1234.567 }).step).toBe(1234.567);
  });
});

describe("authors' own rules and transformations", () => {
  const IsEvenLater = (): PropertyDecorator => (target, property) => {
    registerDecorator({
      name: 'isEvenLater',
      target: target.constructor,
      propertyName: String(property),
      async: true,
      validator: { validate: async (value) => (await Promise.resolve(Number(value))) % 2 === 0 },
    });
  };
  class Later {
    @IsEvenLater()
    value = 2;
  }

  it('waits for a rule that answers with a promise', async () => {
    await expect(validator.parse('train', Later, { value: 4 })).resolves.toEqual({ value: 4 });
    await expect(validator.parse('train', Later, { value: 3 })).rejects.toMatchObject({
      issues: [{ path: 'value', code: 'isEvenLater' }],
    });
  });

  it('reports a rule that throws instead of passing its error on as it is', async () => {
    class Throws {
      @ValidateIf(() => {
        throw new Error('no such table');
      })
      @IsInt()
      value = 1;
    }

    expect(issuesOf(Throws, { value: 3 })).toEqual([['', 'rule_failed']]);
  });

  class Transformed {
    @Transform(({ value }) => String(value).trim())
    @IsString()
    @MaxLength(3)
    code!: string;

    @IsInt()
    count = 0;

    @Exclude()
    internal = 'kept';

    @IsOptional()
    @ValidateNested()
    @Type(() => Item)
    item?: Item;
  }

  it('lets class-transformer decorators have their way, and coerces the other fields', () => {
    expect(parse(Transformed, { code: ' abc ', count: '5', item: { qty: '2' } })).toEqual(
      Object.assign(new Transformed(), { code: 'abc', count: 5, item: Object.assign(new Item(), { qty: 2 }) }),
    );
  });

  it.each([
    ['beside', { code: 'a', cuont: 1 }, 'cuont'],
    ['below', { code: 'a', item: { qty: 2, x: 1 } }, 'item.x'],
  ])('refuses unknown keys %s them', (_case, input, path) => {
    expect(issuesOf(Transformed, input)).toEqual([[path, 'unknown_key']]);
  });
});

describe('hostile and huge input', () => {
  class Free {
    @UiField()
    mapping: Record<string, unknown> = {};

    @UiField({ itemType: Number })
    numbers: number[] = [];
  }
  class Tree {
    @UiField({ itemType: () => Tree })
    children: Tree[] = [];
  }

  it.each([
    ['__proto__ among the params', '{"__proto__":{"polluted":1}}', '__proto__'],
    ['constructor among the params', '{"constructor":{"prototype":{"polluted":1}}}', 'constructor'],
    ['__proto__ deep in free-form params', '{"mapping":{"a":[{"__proto__":{"polluted":1}}]}}', 'mapping.a.0.__proto__'],
    [
      'constructor deep in free-form params',
      '{"mapping":{"constructor":{"prototype":{"polluted":1}}}}',
      'mapping.constructor',
    ],
  ])('refuses %s and pollutes nothing', (_case, json, path) => {
    expect(issuesOf(Free, JSON.parse(json)).map(([at]) => at)).toEqual([path]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes a label called constructor for what it is', () => {
    expect(parse(Free, { mapping: { constructor: 'Ferrari' } }).mapping).toEqual({ constructor: 'Ferrari' });
  });

  it('reads 10 MB of params', () => {
    const numbers = Array.from({ length: 1_000_000 }, (_, index) => index);
    const mapping = Object.fromEntries(
      Array.from({ length: 200_000 }, (_, index) => [`key${index}`, { text: 'x'.repeat(20) }]),
    );
    expect(JSON.stringify({ numbers, mapping }).length).toBeGreaterThan(10_000_000);

    const params = parse(Free, { numbers, mapping });

    expect(params.numbers).toHaveLength(1_000_000);
    expect(Object.keys(params.mapping)).toHaveLength(200_000);
  });

  it('refuses 10 MB of wrong params with a list of faults that stays readable', () => {
    const issues = issuesOf(Tree, { children: Array.from({ length: 100_000 }, () => ({ unknown: 'x'.repeat(80) })) });

    expect(issues).toHaveLength(1001);
    expect(issues.at(-1)).toEqual(['', 'more_issues']);
  });

  it('refuses input that nests deeper than any params should', () => {
    const json = '{"children":['.repeat(20_000) + ']}'.repeat(20_000);

    expect(issuesOf(Tree, JSON.parse(json)).map(([, code]) => code)).toContain('too_deep');
  });

  it('ends on free-form input that contains itself', () => {
    const mapping: Record<string, unknown> = { a: 1 };
    mapping['self'] = mapping;

    expect(parse(Free, { mapping }).mapping).toBe(mapping);
  });

  it('never quotes a secret, even where the author’s own message would', () => {
    class Login {
      @UiField({ secret: true })
      @MaxLength(5, { message: 'token $value is too long' })
      token!: string;
    }

    expect(() => parse(Login, { token: 'hunter2hunter2' })).toThrow(ParamsInvalidError);
    expect(() => parse(Login, { token: 'hunter2hunter2' })).not.toThrow(/hunter2/);
  });
});

describe('inheritance', () => {
  enum Mode {
    Fast = 'fast',
    Slow = 'slow',
  }
  class Base {
    @IsInt()
    @Min(1)
    count = 1;
  }
  class Derived extends Base {
    @IsEnum(Mode)
    mode: Mode = Mode.Fast;

    @ArrayMinSize(1)
    @IsString({ each: true })
    tags: string[] = ['a'];
  }

  it('holds input to the rules of parents too', () => {
    expect(parse(Derived, { count: 2, mode: 'slow' })).toEqual({ count: 2, mode: 'slow', tags: ['a'] });
    expect(issuesOf(Derived, { count: 0, mode: 'x', tags: [] }).map(([path]) => path)).toEqual([
      'mode',
      'tags',
      'count',
    ]);
  });
});
