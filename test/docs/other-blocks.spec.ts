import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type KnownCommands, problemOfLine, readKnownCommands } from './command-line.js';
import { blocksOf, repository } from './markdown-blocks.js';

describe('The blocks of the pages', () => {
  it('that are YAML can be parsed', () => {
    const problems = blocksOf('yaml', 'yml').flatMap(({ place, text }) =>
      [parseAllDocuments(text)].flat().flatMap(({ errors }) => errors.map((error) => `${place}: ${error.message}`)),
    );
    expect(problems).toEqual([]);
  });

  it('that are JSON can be parsed', () => {
    const broken = blocksOf('json').filter(({ text }) => !isJson(text));
    expect(broken.map(({ place }) => place)).toEqual([]);
  });

  it('that are shell commands name scripts, commands and flags that exist', () => {
    if (!existsSync(join(repository, 'dist/cli/help.json')))
      throw new Error('dist/cli is missing: run `npm run build` first');
    const known = readKnownCommands();
    const problems = blocksOf('sh', 'bash', 'console').flatMap(({ place, text }) =>
      text
        .replaceAll('\\\n', ' ')
        .split('\n')
        .flatMap((line) => {
          const problem = problemOfLine(line, known);
          return problem === undefined ? [] : [`${place}: ${problem}`];
        }),
    );
    expect(problems).toEqual([]);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe(problemOfLine, () => {
  const known: KnownCommands = {
    help: {
      '': '--help --version',
      plugin: '--help',
      'plugin run': '--help',
      'plugin list': '--help --json',
      completion: '--help',
    },
    scripts: new Set(['bench']),
  };

  it.each([
    ['npm install && npm run bench'],
    ['$ synapse --version   # the version'],
    ['synapse plugin run train --epochs 3 | jq .accuracy'],
    ['npx synapse plugin list --json'],
    ['synapse completion bash > file'],
    ['NO_COLOR=1 synapse plugin run train'],
    ['cd somewhere; ls -la'],
    [''],
  ])('has nothing against: %s', (line) => {
    expect(problemOfLine(line, known)).toBeUndefined();
  });

  it.each([
    ['npm run becnh', 'becnh'],
    ['npm instal', 'instal'],
    ['cd x && synapse plugn list', 'plugn'],
    ['synapse plugin lst', 'plugin lst'],
    ['npx synapse plugin list --jsn', '--jsn'],
  ])('finds the mistake in: %s', (line, word) => {
    expect(problemOfLine(line, known)).toContain(word);
  });
});
