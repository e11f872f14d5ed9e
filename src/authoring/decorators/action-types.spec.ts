import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const repository = resolve(__dirname, '../../..');
const folder = join(repository, 'test/types');
const EXPECT_ERROR = /^ *\/\/ @ts-expect-error .*$/;

const accepted = readFileSync(join(folder, 'accepted-actions.ts'), 'utf8');
const refused = readFileSync(join(folder, 'refused-actions.ts'), 'utf8').split('\n');
/** All of them in one program: building it is what takes time. The last exists only in the compiler's mind. */
const sources = new Map([
  [join(folder, 'accepted-actions.ts'), accepted],
  [join(folder, 'refused-actions.ts'), refused.join('\n')],
  [join(folder, 'undirected.ts'), refused.map((line) => (EXPECT_ERROR.test(line) ? '' : line)).join('\n')],
]);

function createProgram(): ts.Program {
  const { config } = ts.readConfigFile(join(repository, 'tsconfig.json'), ts.sys.readFile) as {
    config: { compilerOptions: object };
  };
  const options = { ...ts.convertCompilerOptionsFromJson(config.compilerOptions, repository).options, noEmit: true };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (name) => sources.has(name) || fileExists.call(host, name);
  host.readFile = (name) => sources.get(name) ?? readFile.call(host, name);
  return ts.createProgram([...sources.keys()], options, host);
}

describe('The types of @Action', () => {
  let program: ts.Program;
  beforeAll(() => {
    program = createProgram();
  }, 60_000);

  /** Lines, from 1, that the compiler refuses. */
  function refusedLines(name: string): number[] {
    const source = program.getSourceFile(join(folder, name));
    if (!source) throw new Error(`${name} is not part of the program`);
    const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return problems.map(({ start = 0 }) => source.getLineAndCharacterOfPosition(start).line + 1);
  }

  it('take every class and method that fits the declared params and result', () => {
    expect(refusedLines('accepted-actions.ts')).toEqual([]);
  }, 60_000);

  it('refuse each mismatch of params and result, on classes and on methods', () => {
    const expected = refused.flatMap((line, index) => (EXPECT_ERROR.test(line) ? [index + 2] : []));

    expect(expected.length).toBeGreaterThan(10);
    expect(refusedLines('refused-actions.ts')).toEqual([]);
    expect([...new Set(refusedLines('undirected.ts'))]).toEqual(expected);
  }, 60_000);
});
