import { BUILT_IN_DATA_TYPES, Dataset, YOLODataset } from './built-in-types.js';
import { DataTypeRegistry } from './data-type-registry.js';
import type { DataTypeClass } from './data-type.js';

class Tiles extends Dataset {
  static override readonly typeName: string = 'tiles';
}
class OtherTiles extends Dataset {
  static override readonly typeName: string = 'tiles';
}
class FineTiles extends Tiles {}

describe(DataTypeRegistry, () => {
  it('finds each built-in type by its name', () => {
    const registry = new DataTypeRegistry();

    expect(BUILT_IN_DATA_TYPES.map((type) => registry.get(type.typeName))).toEqual(BUILT_IN_DATA_TYPES);
  });

  it('finds a type of a plugin once it is registered, and only in that registry', () => {
    const registry = new DataTypeRegistry([Tiles]).register(Tiles);

    expect(registry.get('tiles')).toBe(Tiles);
    expect(new DataTypeRegistry().has('tiles')).toBe(false);
  });

  it('knows the owner of an inherited name', () => {
    expect(new DataTypeRegistry([FineTiles]).get('tiles')).toBe(Tiles);
  });

  it('refuses a name that belongs to another class', () => {
    expect(() => new DataTypeRegistry([Tiles, OtherTiles])).toThrow(
      expect.objectContaining({
        code: 'SYN_DATA_TYPE_INVALID',
        details: { name: 'tiles', owners: ['Tiles', 'OtherTiles'] },
      }),
    );
  });

  it('refuses what is not a data type', () => {
    expect(() => new DataTypeRegistry(['tiles' as unknown as DataTypeClass])).toThrow(
      expect.objectContaining({ code: 'SYN_DATA_TYPE_INVALID' }),
    );
  });

  it('refuses a name it does not know and lists those it knows', () => {
    expect(() => new DataTypeRegistry().get('yolo')).toThrow(
      expect.objectContaining({
        code: 'SYN_DATA_TYPE_NOT_FOUND',
        known: expect.arrayContaining([YOLODataset.typeName]) as string[],
      }),
    );
    expect(new DataTypeRegistry().find('yolo')).toBeUndefined();
  });
});
