import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IsBoolean, IsEnum, IsIn, IsInt, IsNumber, IsObject, IsOptional, IsString, Max, Min, MinLength } from 'class-validator';
import type { FormKitItem } from '../../src/foundation/schema/form-item.js';
import { getActionUiSchema, uiSchemaOf } from '../../src/foundation/schema/form-kit.js';
import { IsJsonType } from '../../src/foundation/schema/is-json-type.decorator.js';
import { IsGreaterThan, IsLessThan, IsMultipleOf } from '../../src/foundation/schema/numeric-rules.decorator.js';
import { UiField } from '../../src/foundation/schema/ui-field.decorator.js';

interface RecordedForm {
  readonly expected: { readonly ui_schema: readonly FormKitItem[]; readonly action_ui_schema: string };
}
const { expected } = JSON.parse(readFileSync(join(__dirname, 'data-cases/cases/42-plugin-utils.json'), 'utf8')) as RecordedForm;

enum Letter {
  A = 'a',
  B = 'b',
}

class Params {
  @IsInt()
  @Min(1)
  @Max(1000)
  epochs = 50;

  @IsNumber()
  @IsGreaterThan(0)
  @IsLessThan(1)
  @IsMultipleOf(0.001)
  lr = 0.001;

  @IsString()
  name!: string;

  @IsOptional()
  @IsInt()
  opt: number | null = null;

  @IsJsonType(['number', 'string'])
  uf: number | string = 1.5;

  @IsBoolean()
  flag = false;

  @IsString({ each: true })
  l: string[] = [];

  @UiField()
  bare: unknown[] = [];

  @IsInt({ each: true })
  li: number[] = [1];

  @UiField({ itemType: Number })
  @IsObject()
  d: Record<string, number> = {};

  @IsIn(['a', 'b'])
  lit = 'a';

  @IsEnum(Letter)
  en = Letter.A;

  @UiField()
  anyv: unknown = null;

  @UiField({ description: 'Help me' })
  @IsString()
  desc = 'x';

  @UiField({ description: 'orig', formkit: 'select', options: ['s', 'm'], help: 'H2', required: true, step: 2, min: 0, max: 9 })
  @IsString()
  sel = 'm';

  @UiField({ formkit: 'range' })
  @IsInt()
  call_ = 1;

  @IsInt()
  zero = 0;

  @IsString()
  empty = '';

  @IsInt()
  snake_case_HTTP2_x = 1;

  @MinLength(2)
  minlen = 'a';
}

const form = uiSchemaOf(Params);
const recorded = new Map(expected.ui_schema.map((item) => [item['name'], item]));
const ours = new Map(form.map((item) => [item['name'], item]));
const BETTER_CONTROLS = ['l', 'bare', 'li', 'd', 'lit', 'en', 'lr'];

describe('data case 42: the form of a params model', () => {
  it('has the fields in the order of the model, under the action’s name', () => {
    expect([...ours.keys()]).toEqual([...recorded.keys()]);
    expect(getActionUiSchema(Params, 'train').action).toBe(expected.action_ui_schema);
  });

  it.each([...recorded.keys()].map(String).filter((name) => !BETTER_CONTROLS.includes(name)))('writes %s as the original does', (name) => {
    expect(ours.get(name)).toEqual(recorded.get(name));
    expect(Object.keys(ours.get(name) ?? {})).toEqual(Object.keys(recorded.get(name) ?? {}));
  });

  it('D33: tells exclusive bounds, offers choices, and gives lists and mappings controls of their own', () => {
    expect(ours.get('lr')).toEqual({ ...recorded.get('lr'), validation: [['min', 0], ['max', 1], ['not', 0, 1]] });
    expect(ours.get('lit')).toEqual({ $formkit: 'select', name: 'lit', label: 'Lit', value: 'a', options: ['a', 'b'] });
    expect(ours.get('en')).toEqual({ $formkit: 'select', name: 'en', label: 'En', value: 'a', options: ['a', 'b'] });
    expect(['l', 'bare', 'li', 'd'].map((name) => ours.get(name)?.$formkit)).toEqual(['list', 'list', 'list', 'group']);
    expect(ours.get('li')?.['value']).toEqual([1]);
  });
});
