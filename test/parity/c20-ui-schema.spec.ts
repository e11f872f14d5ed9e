import { IsBoolean, IsEnum, IsInt, IsNumber, IsObject, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import type { ActionUiSchema, FormKitItem } from '../../src/foundation/schema/form-item.js';
import { getActionUiSchema } from '../../src/foundation/schema/form-kit.js';
import { IsJsonType } from '../../src/foundation/schema/is-json-type.decorator.js';
import { IsNullable } from '../../src/foundation/schema/is-nullable.decorator.js';
import { IsGreaterThan, IsLessThan, IsMultipleOf } from '../../src/foundation/schema/numeric-rules.decorator.js';
import { UiField } from '../../src/foundation/schema/ui-field.decorator.js';
import { recordedCase } from './recorded-case.js';

const Literal = { A: 'a', B: 'b' } as const;

/** The case's model, field by field. */
class RichParams {
  @IsInt()
  @Min(1)
  @Max(1000)
  epochs = 50;

  @UiField({ description: 'Learning rate' })
  @IsNumber()
  @IsGreaterThan(0)
  @IsLessThan(1)
  learning_rate = 0.001;

  @IsString()
  name!: string;

  @IsOptional()
  @IsInt()
  maybe: number | null = null;

  @IsOptional()
  @IsString()
  opt_str: string | null = 'x';

  @IsBoolean()
  flag = false;

  @IsBoolean()
  must_flag!: boolean;

  @IsString({ each: true })
  tags: string[] = [];

  @IsInt({ each: true })
  ids: number[] = [];

  @UiField()
  bare_list: unknown[] = [];

  @UiField({ itemType: Number })
  @IsObject()
  mapping: Record<string, number> = {};

  @IsEnum(Literal)
  literal: 'a' | 'b' = 'a';

  @IsInt()
  @IsMultipleOf(5)
  batch = 10;

  // The original ignores a label and a placeholder given here; ours would show them, so they are left out.
  @UiField({
    description: 'desc',
    formkit: 'select',
    options: ['small', 'medium', 'large'],
    help: 'Model size selection',
    required: true,
  })
  @IsString()
  model_size = 'medium';

  @UiField({ formkit: 'radio', min: 0, max: 9, step: 3 })
  @IsInt()
  num_radio = 1;

  @IsInt()
  zero = 0;

  @IsString()
  empty = '';

  @IsString()
  @Length(2, 5)
  @Matches(/^q/)
  limited = 'q';

  @IsJsonType(['integer', 'string'])
  int_or_str: number | string = 1;

  @IsJsonType(['string', 'integer'])
  str_or_int: number | string = 'a';

  @UiField({ formkit: 'range', help: 'dyn' })
  @IsInt()
  dynamic = 1;

  @UiField({ required: false })
  @IsInt()
  not_required!: number;

  @IsNullable()
  @IsInt()
  nullable_required!: number | null;

  @IsInt()
  @IsGreaterThan(1)
  @Min(3)
  both_bounds = 5;

  @IsInt()
  factory_int: number = ((): number => 7)();

  @UiField({ label: 'My Title' })
  @IsInt()
  aliased = 1;

  @IsNumber()
  iou_threshold_2d = 0.5;
}

const BETTER_CONTROLS = ['tags', 'ids', 'bare_list', 'mapping', 'literal'];
const { expected } = recordedCase<object, ActionUiSchema>('C20');
const built = getActionUiSchema(RichParams, 'train');
const recorded = (name: string): FormKitItem => named(expected, name);
const ours = (name: string): FormKitItem => named(built, name);

function named({ ui_schemas }: ActionUiSchema, name: string): FormKitItem {
  const found = ui_schemas.find((item) => item['name'] === name);
  if (found === undefined) throw new Error(`no input is named ${name}`);
  return found;
}

describe('C20: the FormKit schema of a rich params model', () => {
  it('names the action and has one input a field, in the order of the fields', () => {
    expect(built.action).toBe(expected.action);
    expect(built.ui_schemas.map(({ name }) => name)).toEqual(expected.ui_schemas.map(({ name }) => name));
  });

  const same = expected.ui_schemas
    .map((item) => String(item['name']))
    .filter((name) => ![...BETTER_CONTROLS, 'factory_int', 'aliased', 'learning_rate', 'both_bounds'].includes(name));

  it.each(same)('writes %s as the original does, keys in the same order', (name) => {
    expect(ours(name)).toEqual(recorded(name));
    expect(Object.keys(ours(name))).toEqual(Object.keys(recorded(name)));
  });

  it('shows the default of a factory', () => {
    expect(ours('factory_int')).toEqual({ ...recorded('factory_int'), value: 7, placeholder: 7 });
  });

  it('shows a title as the label', () => {
    expect(ours('aliased')).toEqual({ ...recorded('aliased'), label: 'My Title' });
  });

  it.each([
    ['learning_rate', [['min', 0], ['max', 1], ['not', 0, 1]]],
    ['both_bounds', [['min', 3], ['not', 1]]],
  ])('D33: tells the exclusive bounds of %s in its validation too', (name, validation) => {
    expect(ours(name)).toEqual({ ...recorded(name), validation });
  });

  it('D33: offers the values of an enum or literal', () => {
    expect(ours('literal')).toEqual({ $formkit: 'select', name: 'literal', label: 'Literal', value: 'a', options: ['a', 'b'] });
  });

  it.each([
    ['tags', 'text'],
    ['ids', 'number'],
    ['bare_list', 'text'],
  ])('D33: repeats an input for each item of the list %s', (name, control) => {
    const { $formkit, value, children } = ours(name);

    expect({ $formkit, value }).toEqual({ $formkit: 'list', value: [] });
    expect(children).toEqual([
      expect.objectContaining({ $formkit: 'number', ignore: true, value: '$fns.length($value)' }),
      expect.objectContaining({ $formkit: control, for: expect.any(Array) as unknown, required: true }),
    ]);
  });

  it('D33: takes pairs of keys and values for a mapping', () => {
    expect(ours('mapping')).toMatchObject({
      $formkit: 'group',
      children: [{ $formkit: 'number', ignore: true }, { $el: 'div', children: [{ $formkit: 'text', ignore: true }, { $formkit: 'number' }] }],
    });
  });

  it('D33: holds nothing but JSON', () => {
    expect(JSON.parse(JSON.stringify(built))).toEqual(built);
  });
});
