import * as api from '../../src/index.js';
import { YOLOAnnotation, YOLODatasetConfig } from '../../src/index.js';
import { datasetCases, type Row } from './dataset-case.js';

const [yolo, dm] = datasetCases(22, 23).map(({ expected }) => expected.rows ?? []);

/** The JSON form of a value, or the paths and kinds of what is wrong with it. */
function outcomeOf(make: () => unknown): unknown {
  try {
    return { result: JSON.parse(JSON.stringify(make())) as unknown };
  } catch (error) {
    if (!(error instanceof api.DatasetValueError)) throw error;
    return { issues: error.issues.map(({ path, kind }) => ({ path, kind })) };
  }
}

/** What is recorded, in the same words. */
function recorded({ result, error }: Row): unknown {
  if (!error) return { result };
  const fields = error.fields as readonly { readonly loc: readonly unknown[]; readonly code: string }[];
  return { issues: fields.map(({ loc, code }) => ({ path: loc.join('.'), kind: code })) };
}

describe('data case 22: values of YOLO', () => {
  /** Crashes of the original that are mistakes of the caller here, with the field that is wrong. */
  const CRASHES: Readonly<Record<string, readonly string[]>> = {
    IndexError: ['cy', 'w', 'h'],
    ValueError: ['class_id'],
    ZeroDivisionError: ['size'],
    KeyError: ['nc'],
  };
  const numbers = (row: Row): readonly number[] => row.args as unknown as readonly number[];
  const OPERATIONS: Readonly<Record<string, (row: Row) => unknown>> = {
    YOLOAnnotation: ({ args }) => new YOLOAnnotation(args),
    to_line: ({ args }) => new YOLOAnnotation(args).toLine(),
    from_line: ({ args }) => YOLOAnnotation.fromLine(String(args['line'])),
    to_absolute: ({ args }) =>
      new YOLOAnnotation({ class_id: 0, ...args }).toAbsolute({
        width: Number(args['width']),
        height: Number(args['height']),
      }),
    from_absolute: (row) => {
      const [id = 0, x = 0, y = 0, w = 0, h = 0, width = 0, height = 0] = numbers(row);
      return YOLOAnnotation.fromAbsolute(id, [x, y, w, h], { width, height });
    },
    'config.to_yaml': ({ args }) => new YOLODatasetConfig(args).toYaml(),
    'config.from_yaml': ({ args }) => YOLODatasetConfig.fromYaml(String(args['text'])),
  };

  it.each((yolo ?? []).map((row) => [row.op ?? '', JSON.stringify(row.args), row] as const))(
    '%s %s',
    (op, _args, row) => {
      const outcome = outcomeOf(() => OPERATIONS[op]?.(row));
      const crash = CRASHES[row.error?.python_type ?? ''];

      if (!crash) return expect(outcome).toEqual(recorded(row));
      expect((outcome as { issues: { path: string }[] }).issues.map(({ path }) => path)).toEqual(crash);
    },
  );
});

describe('data case 23: values of DM', () => {
  /** The documents have names of their own: `DMv2Dataset` is a type of data here. */
  const classOf = (model: string) =>
    (api as unknown as Readonly<Record<string, new (input: unknown) => object>>)[model.replace('Dataset', 'Document')];
  const rows = (dm ?? []).filter(({ model }) => !model?.endsWith(' methods'));

  it.each(rows.map((row) => [row.model ?? '', JSON.stringify(row.input), row] as const))('%s %s', (model, _input, row) => {
    const type = classOf(model);
    if (!type) throw new Error(`there is no ${model}`);
    const outcome = outcomeOf(() => new type(row.input));

    // A value that may be of five kinds is one mistake here, and five in the original.
    if (model === 'DMAttribute' && row.error) {
      return expect(outcome).toEqual({ issues: [{ path: 'value', kind: 'attribute_type' }] });
    }
    expect(outcome).toEqual(recorded(row));
  });

  it('DMv2Document has the names of its classes', () => {
    const row = dm?.find(({ model }) => model?.endsWith(' methods'));
    const document = new api.DMv2Document(row?.input);

    expect({
      'get_class_names()': document.getClassNames(),
      "get_class_names('polygon')": document.getClassNames('polygon'),
      "get_class_names('none')": document.getClassNames('none'),
      'get_all_class_names()': document.getAllClassNames(),
    }).toEqual(row?.result);
  });

  it('tells all mistakes of a document at once, each with its path', () => {
    const images = [{ bounding_box: [{ id: 'a b', classification: 'c', data: [1, 2, 3] }], polygon: 7 }];

    expect(outcomeOf(() => new api.DMv2Document({ classification: { polygon: [1] }, images }))).toEqual({
      issues: [
        { path: 'classification.polygon.0', kind: 'string_type' },
        { path: 'images.0.bounding_box.0.id', kind: 'string_pattern_mismatch' },
        { path: 'images.0.bounding_box.0.data.3', kind: 'missing' },
        { path: 'images.0.polygon', kind: 'list_type' },
      ],
    });
  });

  it('B-10: one pair is a key point of the model and of the converters alike', () => {
    const point = new api.DMv2Keypoint({ id: 'a', classification: 'c', data: [10, 20] });
    const document = { images: [{ keypoint: [point] }] };
    const picture = `${__dirname}/data-cases/fixtures/single-file/pic.png`;

    const { labelLines } = new api.FromDMToYOLOConverter().convertSingleFile(
      JSON.parse(JSON.stringify(document)) as Record<string, unknown>,
      picture,
    );
    expect(labelLines[0]).toMatch(/ 2$/);
  });

  it('a number that is not finite is no number', () => {
    const outcome = outcomeOf(() => new api.DMv2BoundingBox({ id: 'a', classification: 'c', data: [NaN, 0, Infinity, 1] }));

    expect(outcome).toEqual({
      issues: [
        { path: 'data.0', kind: 'float_type' },
        { path: 'data.2', kind: 'float_type' },
      ],
    });
  });

  it('an object that only looks like a value is read anew, and an instance is kept', () => {
    const attribute = new api.DMAttribute({ name: 'n', value: 1 });
    const box = new api.DMv2BoundingBox({ id: 'a', classification: 'c', attrs: [attribute], data: [1, 2, 3, 4] });

    expect(box.attrs[0]).toBe(attribute);
  });
});
