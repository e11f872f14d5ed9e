import { BUILT_IN_DATA_TYPES } from '../../src/foundation/data-types/built-in-types.js';
import { recordedCase } from './recorded-case.js';

interface Metadata {
  readonly name: string;
  readonly format: string | null;
  readonly description: string;
  readonly parent: string | null;
}
interface Expected {
  readonly metadata: Record<string, Metadata>;
  readonly compatible_with: Record<string, string[]>;
}

const { input, expected } = recordedCase<{ types: string[] }, Expected>('C05');

describe('C05: the built-in data types', () => {
  it('are the fifteen of the original', () => {
    expect(BUILT_IN_DATA_TYPES.map((type) => type.name)).toEqual(input.types);
  });

  it.each(BUILT_IN_DATA_TYPES.map((type) => [type.name, type] as const))('%s has its name, format, text and parent', (name, type) => {
    const parent: unknown = Object.getPrototypeOf(type);
    const parentName = parent === Function.prototype ? null : (parent as { name: string }).name;

    expect({ name: type.typeName, format: type.format, description: type.description, parent: parentName }).toEqual(
      expected.metadata[name],
    );
  });

  it.each(BUILT_IN_DATA_TYPES.map((type) => [type.name, type] as const))('%s is compatible with the types it was', (name, type) => {
    const compatible = BUILT_IN_DATA_TYPES.filter((other) => type.isCompatibleWith(other)).map((other) => other.name);

    expect(compatible).toEqual(expected.compatible_with[name]);
  });
});
