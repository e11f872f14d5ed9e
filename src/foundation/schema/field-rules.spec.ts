import { Exclude, Transform, Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsEnum,
  IsInt,
  IsOptional,
  IsString,
  MaxLength,
  Min,
  registerDecorator,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IsNullable } from './is-nullable.decorator.js';
import { IsGreaterThan, IsLessThan, IsMultipleOf } from './numeric-rules.decorator.js';
import { UiField } from './ui-field.decorator.js';
import { issuesOf, Item, parse, validator } from './params-parsing.fixture.js';

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
