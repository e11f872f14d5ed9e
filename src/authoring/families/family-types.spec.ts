import { TypeProgram } from '../../../test/types/type-program.js';

describe('The types of the families', () => {
  let program: TypeProgram;
  beforeAll(() => {
    program = new TypeProgram('accepted-families.ts', 'refused-families.ts');
  }, 60_000);

  it('take actions with an execute, with steps, and with a result or context of their own', () => {
    expect(program.refusedOfAccepted()).toEqual([]);
  }, 60_000);

  it('refuse params and results that do not fit', () => {
    expect(program.expected.length).toBeGreaterThan(4);
    expect(program.refusedOfDirected()).toEqual([]);
    expect(program.refusedOfUndirected()).toEqual(program.expected);
  }, 60_000);
});
