import { labelOf } from '../../src/foundation/schema/labels.js';
import { recordedCase } from './recorded-case.js';

const { expected } = recordedCase<{ names: string[] }, Record<string, string>>('C21');

describe('C21: the label of a field', () => {
  it.each(Object.entries(expected))('%s is %s', (name, label) => {
    expect(labelOf(name)).toBe(label);
  });
});
