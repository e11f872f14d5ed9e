import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { JsonShapeError, scanJsonElements } from './json-elements.js';

describe('scanJsonElements', () => {
  const folder = mkdtempSync(join(tmpdir(), 'synapse-json-'));
  const file = join(folder, 'one.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  const elementsOf = (text: string) => {
    writeFileSync(file, text);
    const found: { key: string; start: number; text: string; marked: string | undefined }[] = [];
    scanJsonElements(file, 'image_id', ({ key, bytes, from, to, start, markedAt }) => {
      const marked = markedAt === -1 ? undefined : bytes.toString('utf8', markedAt, markedAt + 2);
      found.push({ key, start, text: bytes.toString('utf8', from, to), marked });
    });
    return found;
  };

  it('cuts the lists of an object into their elements, and says where each begins', () => {
    const text = '{ "info": {"a": [1, {"b": "]}"}]}, "images": [ {"id": 1}, {"id":2} ] , "n": 3,"none":[],"t":"x,y"}';

    const found = elementsOf(text);

    expect(found.map(({ key, text: part }) => [key, JSON.parse(part) as unknown])).toEqual([
      ['info', { a: [1, { b: ']}' }] }],
      ['images', { id: 1 }],
      ['images', { id: 2 }],
      ['n', 3],
      ['t', 'x,y'],
    ]);
    for (const { start, text: part } of found) expect(text.slice(start, start + part.length)).toBe(part);
  });

  it('has what JSON.parse has, whatever the texts hold', () => {
    const value = fc.dictionary(fc.string({ minLength: 1 }), fc.array(fc.jsonValue(), { maxLength: 5 }));
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (object, indent) => {
        const found = new Map<string, unknown[]>();
        for (const { key, text } of elementsOf(JSON.stringify(object, null, indent))) {
          found.set(key, [...(found.get(key) ?? []), JSON.parse(text)]);
        }
        const expected = Object.entries(object).filter(([, items]) => items.length > 0);
        expect([...found]).toEqual(expected.map(([key, items]) => [key, JSON.parse(JSON.stringify(items)) as unknown]));
      }),
    );
  });

  it.each([
    ['{"image_id":42,"id":1}', '42'],
    ['{"id":1,"image_id" :\n 42}', '42'],
    ['{"image_id":1,"image_id":42}', '42'],
    ['{"inner":{"image_id":13},"image_id":42}', '42'],
    ['{"inner":{"image_id":13},"name":"image_id"}', undefined],
    ['{"image_ix":13}', undefined],
    ['"image_id"', undefined],
  ])('finds the value of the marked key in %s', (element, marked) => {
    expect(elementsOf(`{"annotations":[${element}]}`)[0]?.marked).toBe(marked);
  });

  it('puts elements together that are larger than its window', () => {
    const long = 'é"\\'.repeat(2_700_000);

    const found = elementsOf(`\ufeff${JSON.stringify({ a: [{ long }, { short: 1 }], b: [long] })}`);

    expect(found.map(({ text }) => JSON.parse(text) as unknown)).toEqual([{ long }, { short: 1 }, long]);
  });

  it.each([
    ['that ends in the middle of a list', '{"a":[{"b":1}'],
    ['that ends in the middle of a text', '{"a":["b'],
    ['that ends after a key', '{"a"'],
    ['with brackets that do not match', '{"a":[1}]'],
    ['that is a list', '[1]'],
    ['that is empty', ''],
  ])('refuses a file %s', (_case, text) => {
    expect(() => elementsOf(text)).toThrow(JsonShapeError);
  });
});
