import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const repository = resolve(__dirname, '../..');
const folder = __dirname;
const EXPECT_ERROR = /^ *\/\/ @ts-expect-error .*$/;

/** A file that must compile and one that must not, line by line, as the compiler sees them. */
export class TypeProgram {
  readonly #accepted: string;
  readonly #refused: string;
  readonly #program: ts.Program;
  /** Lines of the second file, from 1, that must not compile. */
  readonly expected: readonly number[];

  /** All in one program: building it is what takes time. The file without its directives exists only in the compiler's mind. */
  constructor(accepted: string, refused: string) {
    this.#accepted = accepted;
    this.#refused = refused;
    const lines = readFileSync(join(folder, refused), 'utf8').split('\n');
    this.expected = lines.flatMap((line, index) => (EXPECT_ERROR.test(line) ? [index + 2] : []));
    const sources = new Map([
      [join(folder, accepted), readFileSync(join(folder, accepted), 'utf8')],
      [join(folder, refused), lines.join('\n')],
      [join(folder, 'undirected.ts'), lines.map((line) => (EXPECT_ERROR.test(line) ? '' : line)).join('\n')],
    ]);
    this.#program = createProgram(sources);
  }

  refusedOfAccepted(): number[] {
    return this.#refusedLines(this.#accepted);
  }

  /** Directives that are not needed are errors themselves. */
  refusedOfDirected(): number[] {
    return this.#refusedLines(this.#refused);
  }

  refusedOfUndirected(): number[] {
    return [...new Set(this.#refusedLines('undirected.ts'))];
  }

  #refusedLines(name: string): number[] {
    const source = this.#program.getSourceFile(join(folder, name));
    if (!source) throw new Error(`${name} is not part of the program`);
    const problems = [
      ...this.#program.getSyntacticDiagnostics(source),
      ...this.#program.getSemanticDiagnostics(source),
    ];
    return problems.map(({ start = 0 }) => source.getLineAndCharacterOfPosition(start).line + 1);
  }
}

function createProgram(sources: ReadonlyMap<string, string>): ts.Program {
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
