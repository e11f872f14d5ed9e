import { IsBoolean, IsIn, IsInt, IsNumber, IsOptional, IsString } from 'class-validator';
import { cliFlagsOf } from './cli-flags.js';
import { IsJsonType } from './is-json-type.decorator.js';
import { ParamsValidator } from './params.validator.js';
import { UiField } from './ui-field.decorator.js';

class Inner {
  @IsInt()
  a = 1;
}

class TrainParams {
  @UiField({ description: 'Passes over the data' })
  @IsInt()
  epochs = 10;

  @IsNumber()
  learning_rate!: number;

  @IsBoolean()
  useGPU = false;

  @IsIn(['small', 'large'])
  size = 'small';

  @IsOptional()
  @IsString()
  iou_threshold_2d?: string;

  @IsJsonType(['integer', 'string'])
  seed: number | string = 1;

  @UiField({ hasDynamicDefault: true })
  runName = `run-${Math.random()}`;

  @UiField({ secret: true })
  token = '';

  @UiField()
  inner = new Inner();

  @IsInt({ each: true })
  ids: number[] = [];

  @UiField()
  mapping: Record<string, unknown> = {};
}

describe(cliFlagsOf, () => {
  it('gives each scalar field a flag in kebab case, and no flag to lists, objects and secrets', () => {
    expect(cliFlagsOf(TrainParams)).toEqual([
      {
        name: 'epochs',
        flag: '--epochs',
        kind: 'integer',
        required: false,
        default: 10,
        help: 'Passes over the data',
        isNegatable: false,
      },
      { name: 'learning_rate', flag: '--learning-rate', kind: 'number', required: true, isNegatable: false },
      { name: 'useGPU', flag: '--use-gpu', kind: 'boolean', required: false, default: false, isNegatable: true },
      {
        name: 'size',
        flag: '--size',
        kind: 'string',
        choices: ['small', 'large'],
        required: false,
        default: 'small',
        isNegatable: false,
      },
      { name: 'iou_threshold_2d', flag: '--iou-threshold-2d', kind: 'string', required: false, isNegatable: false },
      { name: 'seed', flag: '--seed', kind: 'string', required: false, default: 1, isNegatable: false },
      { name: 'runName', flag: '--run-name', kind: 'string', required: false, isNegatable: false },
    ]);
  });

  it('names values whose text the validator turns into the field’s type', () => {
    const texts = { epochs: '3', learning_rate: '1e-3', useGPU: 'true' };

    expect(new ParamsValidator().parse('train', TrainParams, texts)).toMatchObject({
      epochs: 3,
      learning_rate: 0.001,
      useGPU: true,
    });
  });

  it('gives no flag to names that would be one flag, or none a shell takes', () => {
    class Clash {
      @IsInt()
      batch_size = 1;

      @IsInt()
      batchSize = 1;

      @IsInt()
      "it's" = 1;
    }

    expect(cliFlagsOf(Clash)).toEqual([]);
  });
});
