import { Dataset, YOLODataset } from '../../src/foundation/data-types/built-in-types.js';
import { DataType, type DataTypeClass } from '../../src/foundation/data-types/data-type.js';
import { recordedCase } from './recorded-case.js';

class MyYolo extends YOLODataset {
  static override readonly typeName: string = 'my_yolo';
}
class MyYolo2 extends MyYolo {
  static override readonly format: string | null = 'yolo2';
}
class Alone extends DataType {
  static override readonly typeName: string = 'alone';
}

interface Expected {
  readonly metadata: Record<string, object>;
  readonly compatible_with: Record<string, string[]>;
  readonly display_string_of_instance: Record<string, string>;
}

const { expected } = recordedCase<object, Expected>('C06');
const OWN: DataTypeClass[] = [MyYolo, MyYolo2, Alone];
const ALL: DataTypeClass[] = [DataType, Dataset, YOLODataset, ...OWN];

describe('C06: data types of a plugin', () => {
  it.each(OWN)('%p inherits what it does not set', (type) => {
    expect({ name: type.typeName, format: type.format, description: type.description }).toEqual(expected.metadata[type.name]);
  });

  it.each(OWN)('%p is compatible with its ancestors and descendants only', (type) => {
    const compatible = ALL.filter((other) => type.isCompatibleWith(other)).map((other) => other.name);

    expect(compatible).toEqual(expected.compatible_with[type.name]);
  });

  it('shows the name of an instance', () => {
    expect(String(new YOLODataset())).toBe(expected.display_string_of_instance['YOLODataset']);
    expect(String(new MyYolo())).toBe(expected.display_string_of_instance['MyYolo']);
  });

  it.each(['dataset', null, undefined, class Other {}])('refuses %p as the other type with a typed error', (other) => {
    expect(() => MyYolo.isCompatibleWith(other as unknown as DataTypeClass)).toThrow(
      expect.objectContaining({ code: 'SYN_DATA_TYPE_INVALID' }),
    );
  });
});
