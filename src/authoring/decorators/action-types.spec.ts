import { TypeProgram } from '../../../test/types/type-program.js';

describe('The types of @Action', () => {
  let program: TypeProgram;
  beforeAll(() => {
    program = new TypeProgram('accepted-actions.ts', 'refused-actions.ts');
  }, 60_000);

  it('take every class and method that fits the declared params and result', () => {
    expect(program.refusedOfAccepted()).toEqual([]);
  }, 60_000);

  it('refuse each mismatch of params and result, on classes and on methods', () => {
    expect(program.expected.length).toBeGreaterThan(10);
    expect(program.refusedOfDirected()).toEqual([]);
    expect(program.refusedOfUndirected()).toEqual(program.expected);
  }, 60_000);
});
