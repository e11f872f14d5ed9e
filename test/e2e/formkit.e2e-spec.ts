import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsBoolean,
  IsEnum,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { FormKitItem } from '../../src/foundation/schema/form-item.js';
import { uiSchemaOf } from '../../src/foundation/schema/form-kit.js';
import { IsGreaterThan, IsLessThan, IsMultipleOf } from '../../src/foundation/schema/numeric-rules.decorator.js';
import { ParamsValidator } from '../../src/foundation/schema/params.validator.js';
import { UiField } from '../../src/foundation/schema/ui-field.decorator.js';

const Mode = { Fast: 'fast', Slow: 'slow' } as const;

class Optimizer {
  @IsString()
  kind = 'adam';

  @IsNumber()
  momentum = 0.9;
}

class Box {
  @IsInt()
  x = 0;

  @IsString({ each: true })
  labels: string[] = [];
}

class TrainParams {
  @UiField({ description: 'Passes over the data' })
  @IsInt()
  @Min(1)
  @Max(1000)
  epochs = 50;

  @IsNumber()
  @IsGreaterThan(0)
  @IsLessThan(1)
  learning_rate = 0.001;

  @IsString()
  name = 'run';

  @IsBoolean()
  flag = false;

  @IsEnum(Mode)
  mode: 'fast' | 'slow' = 'fast';

  @IsOptional()
  @IsIn([1, 2, 4])
  workers?: number;

  @IsIn(['a', 'b', 'c'], { each: true })
  splits: string[] = ['a', 'b'];

  @IsString({ each: true })
  tags: string[] = ['x'];

  @IsInt({ each: true })
  @ArrayMinSize(0)
  @ArrayMaxSize(4)
  ids: number[] = [];

  @UiField({ itemType: Number })
  @IsObject()
  weights: Record<string, number> = { car: 1 };

  @UiField({ label: 'How to optimize' })
  @ValidateNested()
  @Type(() => Optimizer)
  optimizer: Optimizer = Object.assign(new Optimizer(), { kind: 'sgd' });

  @UiField({ itemType: Box })
  boxes: Box[] = [];

  @UiField({ formkit: 'range', min: 0, max: 10 })
  @IsInt()
  @IsMultipleOf(2)
  level = 2;

  @UiField({ secret: true })
  @IsString()
  token = 'never-shown';
}

interface Look {
  readonly inputs: readonly {
    name: string;
    id: string;
    type: string;
    label?: string;
    options?: string[];
    isValid: boolean;
  }[];
  readonly headings: readonly string[];
  readonly value: Record<string, unknown>;
}
interface Mounted {
  readonly states: readonly Look[];
  readonly warnings: readonly string[];
}

/** Mounts the schema in the real @formkit/vue, in a process of its own: jest's sandbox is no place for a browser's globals. */
function mount(
  schema: readonly FormKitItem[],
  form: { model?: object; edits?: readonly (readonly [string, string])[] } = {},
): Mounted {
  const script = join(__dirname, '../fixtures/formkit/mount.mjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
    input: JSON.stringify({ schema, ...form }),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  if (status !== 0) throw new Error(`the form was not mounted: ${stderr}`);
  return JSON.parse(stdout) as Mounted;
}

function lastOf({ states }: Mounted): Look {
  const last = states.at(-1);
  if (last === undefined) throw new Error('no state was looked at');
  return last;
}

describe('the form of a params class in the real FormKit', () => {
  let mounted: Mounted;
  beforeAll(() => {
    mounted = mount(uiSchemaOf(TrainParams));
  });
  const inputsOf = (name: string): Look['inputs'] => lastOf(mounted).inputs.filter((input) => input.name === name);

  it('mounts with the default configuration, and FormKit complains of nothing', () => {
    expect(mounted.warnings).toEqual([]);
  });

  it.each([
    ['epochs', 'number', 'Epochs'],
    ['learning_rate', 'number', 'Learning Rate'],
    ['name', 'text', 'Name'],
    ['flag', 'checkbox', 'Flag'],
    ['mode', 'select-one', 'Mode'],
    ['workers', 'select-one', 'Workers'],
    ['splits', 'select-multiple', 'Splits'],
    ['level', 'range', 'Level'],
    ['token', 'password', 'Token'],
    ['kind', 'text', 'Kind'],
    ['momentum', 'number', 'Momentum'],
    ['car', 'number', 'car'],
  ])('renders the field %s as one %s input labelled %s', (name, type, label) => {
    expect(inputsOf(name)).toEqual([expect.objectContaining({ type, label, isValid: true })]);
  });

  it('renders an input for the length of each list and one for each item', () => {
    expect(inputsOf('count').map(({ label }) => label)).toEqual(['Tags', 'Ids', 'Weights', 'Boxes']);
    expect(inputsOf('0')).toEqual([expect.objectContaining({ type: 'text', label: 'Tags 1' })]);
  });

  it('offers the values of enums and fixed lists', () => {
    expect(inputsOf('mode')[0]?.options).toEqual(['fast', 'slow']);
    expect(inputsOf('splits')[0]?.options).toEqual(['a', 'b', 'c']);
    expect(inputsOf('workers')[0]?.options).toEqual(['—', '1', '2', '4']);
  });

  it('puts a heading over a nested object', () => {
    expect(lastOf(mounted).headings).toEqual(['How to optimize']);
  });

  it('starts with the defaults of the class, but for the secret', () => {
    const { token, ...defaults } = new TrainParams();
    const { value } = lastOf(mounted);

    expect(token).toBe('never-shown');
    expect(value).toEqual(JSON.parse(JSON.stringify(defaults)));
    expect(new ParamsValidator().parse('train', TrainParams, value)).toEqual(new TrainParams());
  });

  it('lets lists and mappings grow and shrink, also inside each other, into params that are valid', () => {
    const edits = [
      ['TrainParams_tags_count', '2'],
      ['1', 'y'],
      ['TrainParams_boxes_count', '2'],
      ['TrainParams_boxes_1_labels_count', '1'],
      ['TrainParams_weights_count', '1'],
      ['TrainParams_weights_0_key', 'bus'],
      ['bus', '0.5'],
      ['TrainParams_ids_count', '3'],
      ['TrainParams_ids_count', '0'],
    ] as const;
    const grown = mount(uiSchemaOf(TrainParams), { edits });

    expect(grown.warnings).toEqual([]);
    expect(lastOf(grown).value).toMatchObject({
      tags: ['x', 'y'],
      ids: [],
      weights: { car: 1, bus: 0.5 },
      boxes: [{ x: 0, labels: [] }, { x: 0 }],
    });
    expect(lastOf(grown).inputs.filter(({ label }) => label === 'Labels 1')).toHaveLength(1);
  });

  it('shows what a form was given, however long its lists are', () => {
    const model = {
      tags: ['p', 'q', 'r'],
      boxes: [
        { x: 1, labels: ['a', 'b'] },
        { x: 2, labels: [] },
      ],
      optimizer: { kind: 'lion' },
    };

    expect(lastOf(mount(uiSchemaOf(TrainParams), { model })).value).toMatchObject(model);
  });

  it('D33: marks a value on an exclusive bound as wrong, and one beside it as right', () => {
    const { states } = mount(uiSchemaOf(TrainParams), {
      edits: [
        ['learning_rate', '0'],
        ['learning_rate', '0.5'],
        ['learning_rate', '1'],
      ],
    });

    expect(states.map(({ inputs: seen }) => seen.find(({ name }) => name === 'learning_rate')?.isValid)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
