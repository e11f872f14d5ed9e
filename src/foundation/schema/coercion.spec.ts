import { IsBoolean, IsDate, IsIn, IsInt, IsNumber, IsOptional } from 'class-validator';
import { IsJsonType } from './is-json-type.decorator.js';
import { UiField } from './ui-field.decorator.js';
import { issuesOf, Item, parse } from './params-parsing.fixture.js';

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
