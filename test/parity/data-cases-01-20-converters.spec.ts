import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetFormatRegistry, FromDMToYOLOConverter, YOLOToDMConverter } from '../../src/index.js';
import { type DatasetCase, datasetCases, inputOf, type Tree, treeOf, withoutIds } from './dataset-case.js';

/**
 * Rows of contract cases that show a numbered defect, and what is done with them. `kept`: existing data sets depend on it, so the
 * way of the original keeps it, and the default way is right. `put right`: it is right in both.
 */
const DEFECTS = [
  { case: 1, row: 'dataset.yaml, path', defect: 'B-05', answer: 'put right: where the data set lies' },
  { case: 2, row: 'dataset.yaml, path', defect: 'B-05', answer: 'put right: where the data set lies' },
  { case: 3, row: 'dataset.yaml, path', defect: 'B-05', answer: 'put right: where the data set lies' },
  { case: 4, row: 'dataset.yaml, path', defect: 'B-05', answer: 'put right: where the data set lies' },
  { case: 5, row: 'dataset.yaml, path', defect: 'B-05', answer: 'put right: where the data set lies' },
  { case: 6, row: 'dataset.yaml, path', defect: 'B-05', answer: 'put right: where the data set lies' },
  { case: 7, row: 'dataset.yaml, path', defect: 'B-05', answer: 'put right: where the data set lies' },
  { case: 8, row: 'dataset.yaml, path', defect: 'B-05', answer: 'put right: where the data set lies' },
  { case: 8, row: 'every text of a classification is a class', defect: 'B-30', answer: 'kept' },
  { case: 14, row: 'line 3: two key points are a polygon', defect: 'B-08', answer: 'kept' },
  { case: 14, row: 'line 6: class -1 is the last', defect: 'B-09', answer: 'put right: a problem with file and line' },
  { case: 15, row: 'line 3: two key points are a polygon', defect: 'B-08', answer: 'kept' },
  { case: 15, row: 'line 6: class -1 is the last', defect: 'B-09', answer: 'put right: a problem with file and line' },
  { case: 20, row: 'dataset.yaml, path', defect: 'B-05', answer: 'put right: where the data set lies' },
  { case: 20, row: 'classes are numbered anew', defect: 'B-06', answer: 'kept' },
  { case: 21, row: 'dm_to_yolo keypoint as bare [x,y]', defect: 'B-10', answer: 'put right: one visible key point' },
  { case: 21, row: 'dm_to_yolo box with 5 numbers', defect: 'B-37', answer: 'put right: names file and annotation' },
  { case: 21, row: 'dm_to_yolo null classification next to strings', defect: 'B-37', answer: 'put right: names file and annotation' },
  { case: 21, row: 'dm_to_yolo null bounding_box list', defect: 'B-37', answer: 'put right: names the file' },
  { case: 21, row: 'dm_to_yolo v2 box as object', defect: 'B-37', answer: 'put right: names file and annotation' },
] as const;

const rightIn = (number: number, defect: string): boolean =>
  DEFECTS.some((one) => one.case === number && one.defect === defect && one.answer !== 'kept');

describe('data cases 1 to 20: converters in the way of the original', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'synapse-parity-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const optionsOf = ({ call }: DatasetCase, rootDir: string) => ({
    rootDir,
    isCategorized: call.is_categorized ?? false,
    dmVersion: call.dm_version ?? 'v2',
  });

  /** The recorded tree with the path of its dataset.yaml put right. */
  const expectedTree = (tree: Tree, source: string): Tree =>
    JSON.parse(JSON.stringify(tree).replaceAll(`path: ${source}`, `path: ${folder}`)) as Tree;

  it.each(datasetCases(1, 2, 3, 4, 5, 6, 7, 8).map((one) => [one.n, one.title, one] as const))('%d: %s', (number, _title, one) => {
    const warnings: string[] = [];
    const converter = new FromDMToYOLOConverter({ ...optionsOf(one, inputOf(one)), onWarning: (text) => void warnings.push(text) });

    converter.saveToFolder(folder);

    expect(rightIn(number, 'B-05')).toBe(true);
    expect(converter.classNames).toEqual(one.expected.class_names);
    expect(treeOf(folder)).toEqual(expectedTree(one.expected.tree ?? {}, '<INPUT>'));
    expect(warnings.sort()).toEqual([...(one.expected.warnings ?? [])].sort());
  });

  it.each(datasetCases(10, 11, 17).map((one) => [one.n, one.title, one] as const))('%d: %s', (_number, _title, one) => {
    const options = optionsOf(one, inputOf(one));
    const converter = one.call.op === 'dm_to_yolo' ? new FromDMToYOLOConverter(options) : new YOLOToDMConverter(options);

    expect(one.expected.error?.python_type).toBe('FileNotFoundError');
    expect(() => converter.saveToFolder(folder)).toThrow(expect.objectContaining({ code: 'SYN_DATASET_NOT_FOUND' }));
  });

  it.each(datasetCases(12, 13, 16, 19).map((one) => [one.n, one.title, one] as const))('%d: %s', (_number, _title, one) => {
    const warnings: string[] = [];
    const converter = new YOLOToDMConverter({ ...optionsOf(one, inputOf(one)), onWarning: (text) => void warnings.push(text) });

    converter.saveToFolder(folder);

    const ids: string[] = [];
    expect(converter.classNames).toEqual(one.expected.class_names);
    expect(withoutIds(treeOf(folder), ids)).toEqual(one.expected.tree);
    expect(new Set(ids).size).toBe(ids.length);
    expect(warnings).toHaveLength(one.expected.warnings?.length ?? 0);
  });

  it.each(datasetCases(14, 15).map((one) => [one.n, one.title, one] as const))(
    '%d: %s; B-09: a negative number of a class is a problem that names file and line',
    (number, _title, one) => {
      const options = optionsOf(one, inputOf(one));
      expect(() => new YOLOToDMConverter(options).saveToFolder(folder)).toThrow(/^labels\/m\.txt:6: .*"-1"/);

      const converter = new YOLOToDMConverter({ ...options, onError: 'skip' });
      converter.saveToFolder(folder);

      expect(rightIn(number, 'B-09')).toBe(true);
      expect(withoutIds(treeOf(folder))).toEqual(withoutTheWrapped(one.expected.tree ?? {}));
      expect(converter.problems.list()).toMatchObject([{ code: 'bad_annotation', count: 1 }]);
    },
  );

  it('9: a v2 document read as v1 is refused by name, with and without compat, and never an empty data set', async () => {
    const [one] = datasetCases(9);
    if (!one) throw new Error('case 9');
    const registry = new DatasetFormatRegistry();
    const told = /^json\/img_a\.json: it is a document of DM v2 .*read the data set as dm_v2/;

    expect(() => new FromDMToYOLOConverter(optionsOf(one, inputOf(one))).saveToFolder(folder)).toThrow(told);
    for (const options of [{}, { compat: 'original' as const }]) {
      const converted = registry.convert(inputOf(one), join(folder, 'out'), { from: 'dm_v1', to: 'yolo', ...options });
      await expect(converted).rejects.toThrow(told);
    }
    await expect(registry.convert(inputOf(one), join(folder, 'out'), { to: 'yolo' })).resolves.toMatchObject({
      source_format: 'dm_v2',
    });
  });

  it('18: B-37: a class that is no whole number is a problem with file and line, and can be left out', async () => {
    const [one] = datasetCases(18);
    if (!one) throw new Error('case 18');
    const converter = new YOLOToDMConverter(optionsOf(one, inputOf(one)));
    expect(() => converter.saveToFolder(folder)).toThrow(/^labels\/.*\.txt:\d+: .*"0\.0"/);

    const lenient = new YOLOToDMConverter({ ...optionsOf(one, inputOf(one)), onError: 'skip' });
    lenient.saveToFolder(folder);

    expect(lenient.problems.list()).toMatchObject([{ code: 'bad_annotation' }]);
    // The way of this package takes a whole number however it is spelt.
    await expect(new DatasetFormatRegistry().convert(inputOf(one), join(folder, 'out'))).resolves.toMatchObject({
      problems: [],
    });
  });

  it('20: YOLO to DM and back', () => {
    const [one] = datasetCases(20);
    if (!one) throw new Error('case 20');
    const middle = join(folder, 'middle');

    new YOLOToDMConverter({ rootDir: inputOf(one) }).saveToFolder(middle);
    const recorded = one.expected.mid_tree;
    expect(withoutIds(treeOf(middle))).toEqual(recorded);

    new FromDMToYOLOConverter({ rootDir: middle }).saveToFolder(join(folder, 'out'), folder);
    expect(treeOf(join(folder, 'out'))).toEqual(expectedTree(one.expected.tree ?? {}, '<MID>'));
  });
});

/** What is recorded less the box that a negative number gave the last class: the second one, of class `bus`. */
function withoutTheWrapped(tree: Tree): Tree {
  return JSON.parse(JSON.stringify(tree), (_key, value: unknown) => {
    if (!Array.isArray(value)) return value;
    const wrapped = value.findIndex((item: unknown) => {
      const { tool = 'boundingBox', classification, data } = item as Record<string, unknown>;
      const label = typeof classification === 'object' ? (classification as Record<string, unknown> | null)?.['class'] : classification;
      return tool === 'boundingBox' && label === 'bus' && JSON.stringify(data) === '[45,45,10,10]';
    });
    return wrapped === -1 ? value : value.toSpliced(wrapped, 1);
  }) as Tree;
}

describe('data case 21: single files', () => {
  const [one] = datasetCases(21);
  const picture = join(one ? inputOf(one) : '', 'pic.png');
  const rows = one?.expected.rows ?? [];
  const toYolo = rows.filter(({ label, args }) => label.startsWith('dm_to_yolo') && args['data'] !== undefined);
  const convert = (args: Readonly<Record<string, unknown>>) =>
    new FromDMToYOLOConverter().convertSingleFile(
      args['data'] as Record<string, unknown>,
      picture,
      args['class_names'] as string[] | undefined,
    );

  it.each(toYolo.filter(({ result }) => result).map((row) => [row.label, row] as const))('%s', (_label, { args, result }) => {
    const { labelLines, classNames, classMap } = convert(args);

    expect({ label_lines: labelLines, class_names: classNames, class_map: classMap }).toEqual(result);
  });

  it.each(toYolo.filter(({ error, label }) => error && label !== 'dm_to_yolo keypoint as bare [x,y]').map((row) => [row.label, row] as const))(
    'B-37: %s is a problem that names its place',
    (label, { args }) => {
      expect(DEFECTS.map(({ row }) => row)).toContain(label);
      expect(() => convert(args)).toThrow(expect.objectContaining({ code: 'SYN_DATASET_INVALID' }));
      expect(() => convert(args)).toThrow(label.includes('null bounding_box list') ? /pic\.png: / : /\(annotation 'a'\)/);
    },
  );

  it('B-10: a key point of the model, one pair, is a visible key point', () => {
    const row = rows.find(({ label }) => label === 'dm_to_yolo keypoint as bare [x,y]');

    expect(convert(row?.args ?? {}).labelLines).toEqual(['0 0.500000 0.500000 1.000000 1.000000 0.010000 0.040000 2']);
  });

  it.each(rows.filter(({ label, result }) => label.startsWith('yolo_to_dm') && result).map((row) => [row.label, row] as const))(
    '%s',
    (_label, { args, result }) => {
      const converter = new YOLOToDMConverter({ dmVersion: args['dm_version'] === 'v1' ? 'v1' : 'v2' });
      const { dmJson, imageName } = converter.convertSingleFile(args['lines'] as string[], picture, args['class_names'] as string[]);

      expect(withoutIds({ dm_json: dmJson, image_path: '<INPUT>/pic.png', image_name: imageName })).toEqual(result);
    },
  );

  it('single files without class names or picture, and folders without a root, are mistakes of the caller', () => {
    const usage = expect.objectContaining({ code: 'SYN_USAGE' });

    expect(() => new YOLOToDMConverter().convertSingleFile(['0 0.5 0.5 1 1'], picture)).toThrow(usage);
    expect(() => new YOLOToDMConverter().convertSingleFile(['0 0.5 0.5 1 1'], '', ['car'])).toThrow(usage);
    expect(() => new FromDMToYOLOConverter().saveToFolder('/nowhere')).toThrow(usage);
    expect(() => new YOLOToDMConverter({ rootDir: '' }).saveToFolder('/nowhere')).toThrow(usage);
  });
});
