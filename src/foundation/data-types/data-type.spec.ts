import { COCODataset, Dataset, Model, YOLODataset } from './built-in-types.js';
import { compatibilityOf, DataType, isDataType, type DataTypeClass } from './data-type.js';

class OwnYolo extends YOLODataset {}

describe(compatibilityOf, () => {
  it.each([
    ['the same type', YOLODataset, YOLODataset, 'exact'],
    ['a more specific output', YOLODataset, Dataset, 'subtype'],
    ['an output two levels more specific', OwnYolo, DataType, 'subtype'],
    ['a more general output', Dataset, YOLODataset, 'supertype'],
    ['the root as output', DataType, OwnYolo, 'supertype'],
    ['a sibling', COCODataset, YOLODataset, 'incompatible'],
    ['another branch', Model, Dataset, 'incompatible'],
  ] as const)('tells %s', (_case, output, input, expected) => {
    expect(compatibilityOf(output, input)).toBe(expected);
  });

  it.each([
    [Dataset, 'dataset'],
    ['dataset', Dataset],
  ])('refuses a name in place of a class, on either side', (output, input) => {
    expect(() => compatibilityOf(output as DataTypeClass, input as DataTypeClass)).toThrow(
      expect.objectContaining({
        code: 'SYN_DATA_TYPE_INVALID',
        message: expect.stringContaining(`'dataset'`) as string,
      }),
    );
  });
});

describe(isDataType, () => {
  it('knows the root, its descendants, and nothing else', () => {
    expect([DataType, OwnYolo].every(isDataType)).toBe(true);
    expect([class Other {}, new YOLODataset(), 'dataset', null, () => 1].some(isDataType)).toBe(false);
  });
});
