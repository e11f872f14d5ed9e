import { TypeProgram } from '../../../test/types/type-program.js';

describe('The types of ActionPipeline', () => {
  let program: TypeProgram;
  beforeAll(() => {
    program = new TypeProgram('accepted-pipelines.ts', 'refused-pipelines.ts');
  }, 60_000);

  it('take every order in which each action can be given what it takes', () => {
    expect(program.refusedOfAccepted()).toEqual([]);
  }, 60_000);

  it('refuse a param that nothing has, or that comes with another type, in lists and in graphs', () => {
    expect(program.expected.length).toBeGreaterThan(10);
    expect(program.refusedOfDirected()).toEqual([]);
    expect(program.refusedOfUndirected()).toEqual(program.expected);
  }, 60_000);
});
