import { IsInt, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { mergeParams, parseAssignment } from './params-arguments.js';

class Item {
  @IsInt() qty = 1;
  @IsString() code = '';
}

class Order {
  @IsString() name = '';
  @IsInt() count = 0;
  @ValidateNested({ each: true }) @Type(() => Item) items: Item[] = [];
}

function setting(...texts: string[]): Record<string, unknown> {
  return mergeParams({ name: 'order', paramsType: Order }, undefined, texts.map(parseAssignment), {});
}

describe('--set', () => {
  it.each([
    ['name=5', { name: '5' }],
    ['name=true', { name: 'true' }],
    ['name=null', { name: null }],
    ['count=5', { count: 5 }],
    ['count=12345678901234567890', { count: '12345678901234567890' }],
    ['free=12345678901234567890', { free: '12345678901234567890' }],
    ['free=0.5', { free: 0.5 }],
    ['free={"a":1}', { free: { a: 1 } }],
    ['free={a}', { free: '{a}' }],
    ['items.0.qty=5', { items: [{ qty: 5 }] }],
    ['items.1.code=7', { items: [null, { code: '7' }] }],
  ])('%s is what the field asks for', (text, expected) => {
    expect(setting(text)).toEqual(expected);
  });

  it('changes one item of a list that --params gives', () => {
    const params = { json: { items: [{ qty: 1 }, { qty: 2 }] } };
    const merged = mergeParams({ name: 'order', paramsType: Order }, params, [parseAssignment('items.1.qty=9')], {});

    expect(merged).toEqual({ items: [{ qty: 1 }, { qty: 9 }] });
  });

  it('refuses an index that would fill the memory', () => {
    expect(() => setting('items.10000.qty=1')).toThrow('from 0 to 9999');
    expect(setting('items.9999.qty=1')['items']).toHaveLength(10_000);
  });
});
