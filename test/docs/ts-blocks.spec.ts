import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { blocksIn, blocksOf, type MarkdownBlock, repository } from './markdown-blocks.js';

/** Each block is a file of its own in here; the folder exists only in the compiler's mind. */
const folder = join(repository, 'test/docs/blocks');

/** Problems of the sources, each as `place: message`. All of them share one program: building it is what takes time. */
function problemsOf(blocks: readonly MarkdownBlock[]): string[] {
  const sources = new Map<string, { text: string; place: string }>();
  let previous = '';
  blocks.forEach(({ place, words, text }, index) => {
    previous = words.includes('continues') ? `${previous}\n${text}` : text;
    sources.set(join(folder, `block-${index}.ts`), { text: `${previous}\nexport {};\n`, place });
  });
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists.call(host, file);
  host.readFile = (file) => sources.get(file)?.text ?? readFile.call(host, file);
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map((problem) => {
    const place = sources.get(problem.file?.fileName ?? '')?.place ?? problem.file?.fileName ?? 'compiler';
    return `${place}: ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`;
  });
}

function compilerOptions(): ts.CompilerOptions {
  const file = join(repository, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, ts.sys.readFile) as { config: { compilerOptions: object } };
  // The output folder would lead imports of the package back to its sources; readers have the built declarations.
  const settings = {
    ...config.compilerOptions,
    rootDir: undefined,
    outDir: undefined,
    declaration: false,
    sourceMap: false,
  };
  return { ...ts.convertCompilerOptionsFromJson(settings, repository).options, noEmit: true };
}

const block = (text: string, ...words: string[]): MarkdownBlock => ({
  place: 'page.md:1',
  language: 'ts',
  words,
  text,
});

describe('The ts blocks of the pages', () => {
  it('compile against the built package', () => {
    if (!existsSync(join(repository, 'dist/index.d.ts')))
      throw new Error('dist/index.d.ts is missing: run `npm run build` first');
    expect(problemsOf(blocksOf('ts', 'typescript'))).toEqual([]);
  });

  it('are refused when they name what the package does not export, or use it wrongly', () => {
    const problems = problemsOf([
      block("import { NoSuchThing } from 'nest-synapse';\nvoid NoSuchThing;"),
      block(
        "import { SynapseError } from 'nest-synapse/errors';\nconst wrong: number = SynapseError.is(1);\nvoid wrong;",
      ),
      block("import { nothing } from 'nest-synapse/no-such-subpath';\nvoid nothing;"),
    ]);
    expect(problems).toHaveLength(3);
    expect(problems.every((problem) => problem.startsWith('page.md:1: '))).toBe(true);
  });

  it('are read with the block before when they continue it', () => {
    expect(
      problemsOf([block('const one = 1;'), block('const two: number = one + 1;\nvoid two;', 'continues')]),
    ).toEqual([]);
    expect(problemsOf([block('const one = 1;'), block('const two: number = one + 1;\nvoid two;')])).toHaveLength(1);
  });
});

describe(blocksIn, () => {
  it('finds fenced blocks with their language and line, also inside lists', () => {
    const page = '# Title\n\n```ts\nconst a = 1;\n```\n\n- item\n\n  ```sh continues\n  npm test\n  ```\n';
    expect(blocksIn(page, 'page.md')).toEqual([
      { place: 'page.md:3', language: 'ts', words: [], text: 'const a = 1;\n' },
      { place: 'page.md:9', language: 'sh', words: ['continues'], text: 'npm test\n' },
    ]);
  });
});
