import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { jsonElements, JsonShapeError } from './json-elements.js';

describe('jsonElements', () => {
  const folder = mkdtempSync(join(tmpdir(), 'synapse-json-'));
  const file = join(folder, 'one.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  const elementsOf = (text: string) => {
    writeFileSync(file, text);
    return [...jsonElements(file)];
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

  it('puts elements together that lie on both sides of the border between two chunks', () => {
    const long = 'é"\\'.repeat(700_000);

    const found = elementsOf(JSON.stringify({ a: [{ long }, { short: 1 }], b: [long] }));

    expect(found.map(({ text }) => JSON.parse(text) as unknown)).toEqual([{ long }, { short: 1 }, long]);
  });

  it.each([
    ['that ends in the middle of a list', '{"a":[{"b":1}'],
    ['that ends in the middle of a text', '{"a":["b'],
    ['that is a list', '[1]'],
  ])('refuses a file %s', (_case, text) => {
    expect(() => elementsOf(text)).toThrow(JsonShapeError);
  });
});
