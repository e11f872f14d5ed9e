import * as fc from 'fast-check';
import { PlainAnnotationParser } from './plain-annotation.js';

describe(PlainAnnotationParser, () => {
  const parser = new PlainAnnotationParser();
  const parse = (text: string): unknown => {
    const bytes = Buffer.from(`##${text}##`);
    const item = parser.parse(bytes, 2, bytes.length - 2);
    if (item === undefined) return undefined;
    const { parts, ...fields } = item;
    return { ...fields, segmentation: parts?.map(({ outline }) => outline.flat()) ?? item.segmentation };
  };

  it('gives what JSON.parse gives, or leaves the annotation to it', () => {
    const number = fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1_000) },
      { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
    );
    const fields = {
      id: fc.nat(),
      image_id: fc.oneof({ weight: 9, arbitrary: fc.nat() }, { weight: 1, arbitrary: fc.string() }),
      category_id: fc.nat(9),
      bbox: fc.array(number, { maxLength: 5 }),
      segmentation: fc.oneof(
        fc.array(fc.array(number)),
        fc.constant({ counts: 'ab', size: [1, 2] }),
        fc.constant(null),
      ),
      area: number,
      iscrowd: fc.constantFrom(0, 1),
      keypoints: fc.array(number),
      attributes: fc.dictionary(fc.string(), fc.jsonValue()),
    };
    let [plain, left] = [0, 0];
    fc.assert(
      fc.property(fc.record(fields, { requiredKeys: [] }), fc.constantFrom(undefined, 1), (item, indent) => {
        const text = JSON.stringify(item, null, indent);
        const found = parse(text);
        if (found === undefined) left++;
        else {
          plain++;
          expect(found).toEqual(JSON.parse(text));
        }
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(plain, left)).toBeGreaterThan(20);
  });

  it.each([
    '{"bbox":[1,2,3,4.25],"id":7,"segmentation":[[0.1,-2]],"score":0.5}',
    '{ "keypoints" : [ ] , "area":-0 }',
    '{"segmentation":[[1,2,3,4],[5,6]],"id":1}',
    '{"segmentation":[[1,2],[3]],"id":1}',
    '{"segmentation":[ [1, 2] , [ 3,4 ] ],"id":1}',
    '{"segmentation":[[],[1,2]],"id":1}',
    '{"segmentation":[],"id":1}',
    '{"segmentation":[1,2],"id":1}',
    '{"segmentation":7,"segmentation":[[1,2]]}',
    '{"segmentation":[[1,2]],"segmentation":[[7]]}',
    '{"id":123456789012345}',
  ])('reads %s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ...['{}', '{"id":01}', '{"id":1.}', '{"id":.5}', '{"id":+1}', '{"id":1e3}', '{"id":"1"}', '{"id":1,}', '{"id":1}}'],
    ...[
      '{"id":[1,]}',
      '{"id":[1 2]}',
      '{"id" 1}',
      '{"id":null}',
      '{"other":1}',
      '{"id":1',
      '[1]',
      '{"id":1234567890123456}',
      '{"id":-}',
      '{"segmentation":[[1,2],]}',
      '{"segmentation":[[1,2] [3,4]]}',
      '{"segmentation":[[1,2]}',
      '{"segmentation":[[1,2',
    ],
  ])('leaves %s to JSON.parse', (text) => {
    expect(parse(text)).toBeUndefined();
  });
});
