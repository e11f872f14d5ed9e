import { DatasetFormatRegistry, getConverter } from '../../src/index.js';
import { datasetCases } from './dataset-case.js';

interface Pair {
  readonly source: string;
  readonly target: string;
  readonly result?: { readonly converter: string };
}

const [one] = datasetCases(24);
const pairs = (one?.expected.rows ?? []) as unknown as readonly Pair[];
const named = (pair: Pair) => [pair.source, pair.target, pair] as const;

describe('data case 24: which converters there are', () => {
  it.each(pairs.filter(({ result }) => result).map(named))('B-07: %s to %s has the converter of the case, in the version of the pair', (source, target, { result }) => {
    const converter = getConverter(source, target);

    expect(converter.constructor.name).toBe(result?.converter);
    expect(converter.options.dmVersion).toBe([source, target].includes('dm_v1') ? 'v1' : 'v2');
  });

  it.each(pairs.filter(({ result }) => !result).map(named))('%s to %s has none', (source, target) => {
    expect(() => getConverter(source, target)).toThrow(expect.objectContaining({ code: 'SYN_DATASET_FORMAT' }));
  });

  it('the registry leads from every format to every other, and says what the way loses', () => {
    const registry = new DatasetFormatRegistry();
    for (const from of registry.names) {
      for (const to of registry.names) expect(registry.route(from, to).steps).toEqual([{ from, to }]);
    }
    expect(registry.route('dm_v2', 'coco').loses).toEqual(['polylines', 'relations', 'groups', 'annotation ids']);
    expect(registry.route('yolo', 'dm_v2').loses).toEqual([]);
  });

  it('the registry finds the shortest way over formats that only a converter reaches', () => {
    const never = { convert: () => Promise.reject(new Error('not called')) };
    const registry = new DatasetFormatRegistry()
      .register({ name: 'mine', title: 'Mine', holds: ['boxes'] })
      .registerConverter({ from: 'mine', to: 'coco', ...never })
      .registerConverter({ from: 'yolo', to: 'mine', ...never });

    expect(registry.route('mine', 'pascal').steps).toEqual([{ from: 'mine', to: 'coco' }, { from: 'coco', to: 'pascal' }]);
    expect(registry.route('dm_v2', 'mine').steps).toHaveLength(2);
    expect(() => registry.route('mine', 'dm')).toThrow(/no format 'dm'.*Known formats: .*mine/);
  });
});
