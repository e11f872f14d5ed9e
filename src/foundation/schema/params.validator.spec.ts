import { Test } from '@nestjs/testing';
import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { ActionDefinitionError } from '../errors/index.js';
import { IsGreaterThan, IsLessThan } from './numeric-rules.decorator.js';
import { ParamsValidator } from './params.validator.js';
import { issuesOf, Item, parse } from './params-parsing.fixture.js';

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
