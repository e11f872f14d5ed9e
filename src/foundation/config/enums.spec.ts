import { DataType } from '../data-types/data-type.js';
import * as enums from './enums.js';

describe('the enums', () => {
  it('D44: the media kind of a configuration and the semantic data type have names of their own', () => {
    expect(enums).toHaveProperty('MediaType');
    expect(Object.keys(enums)).not.toContain(DataType.name);
  });

  it.each(Object.entries(enums))('%s has no value twice', (_name, values) => {
    const all = Object.values(values);

    expect(all).toHaveLength(new Set<string>(all).size);
  });
});
