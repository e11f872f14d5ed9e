import { runInChild } from '../../../../test/run-in-child.js';
import { type Folder, scanFolders, withFolder } from './scan-folders.fixture.js';
import type { ScanResult } from './scan-result.js';

const GOOD = `import { Action } from 'nest-synapse';\n@Action() export class GoodAction {}`;
const action = (text: string): string =>
  `import { Action } from 'nest-synapse';${text}@Action() export class GoodAction {}`;

const FOLDERS = {
  syntax: { 'a.ts': `export const a = 1;\nexport class {\n  x = ;\n}`, 'b.ts': `class X { m( }`, 'good.ts': GOOD },
  script: { 'plain.js': `const a: number = 1;`, 'good.ts': GOOD },
  undecodable: {
    'latin1.ts': Buffer.concat([Buffer.from('// héllo 😀 �\n// gr'), Buffer.from([0xfc]), Buffer.from('n\n')]),
    'utf16.ts': Buffer.from(`\uFEFF${GOOD}`, 'utf16le'),
    'replacement.ts': action(`const text = '\uFFFD';`),
    'good.ts': GOOD,
  },
  marked: {
    'bom.ts': `\uFEFF${action('')}`,
    'crlf.ts': GOOD.replaceAll('\n', '\r\n').replace('Good', 'Crlf'),
    'emoji.ts': action(`/* 😀é */ `),
  },
  large: { 'bundle.js': `${GOOD}/*${'x'.repeat(5_000_001)}*/`, 'good.ts': GOOD },
  deep: {
    'nested.ts': `const f = ${'(() => '.repeat(400)}1${')'.repeat(400)};\n${GOOD}; function g() { class X {} }`,
    'sum.ts': `import { Action } from 'nest-synapse'; const a = ${"'x' + ".repeat(5_000)}'y'; @Action({ name: a }) export class Sum {}`,
    'growing.ts': `import { Action } from 'nest-synapse'; const a0 = 'xxxxxxxxxxxxxxxx';
      ${Array.from({ length: 60 }, (_, index) => `const a${index + 1} = a${index} + a${index};`).join('\n')} @Action({ name: a60 }) export class Growing {}`,
    'circle.ts': `import { Action } from 'nest-synapse'; import { b } from './circle2.js'; export const a = b; const o = { ...o, ...o };
      @Action({ name: a, ...o }) export class Circle extends Circle2 {} class Circle2 extends Circle {}`,
    'circle2.ts': `export { a as b } from './circle.js';`,
    'missing.ts': `import { gone } from './gone.js'; import { Action } from 'nest-synapse'; @Action({ name: gone }) export class Missing extends gone {}`,
  },
} satisfies Record<string, Folder>;

describe('scanPlugin, on files with faults', () => {
  let found: Record<keyof typeof FOLDERS, ScanResult>;
  beforeAll(async () => {
    found = await scanFolders(FOLDERS);
  }, 60_000);

  it('reports syntax errors with file, line and column, and scans the other files', () => {
    expect(found.syntax.errors).toMatchObject([
      { code: 'syntax', file: 'a.ts', line: 3, column: 7, message: expect.stringMatching(/./) },
      { code: 'syntax', file: 'b.ts', line: 1 },
    ]);
    expect(found.syntax.actions).toMatchObject([{ name: 'good' }]);
    expect(found.syntax.files).toEqual(['a.ts', 'b.ts', 'good.ts']);
  });

  it('reports types in a file that is plain JavaScript', () => {
    expect(found.script).toMatchObject({
      errors: [{ code: 'syntax', file: 'plain.js', line: 1, column: 7 }],
      actions: [{ name: 'good' }],
    });
  });

  it('reports where a file stops being UTF-8, and scans the other files', () => {
    expect(found.undecodable.errors).toMatchObject([
      { code: 'undecodable', file: 'latin1.ts', line: 2, column: 6 },
      { code: 'undecodable', file: 'utf16.ts', line: 1, column: 1, message: expect.stringContaining('UTF-16') },
    ]);
    expect(found.undecodable.actions.map(({ file }) => file)).toEqual(['good.ts', 'replacement.ts']);
  });

  it('counts lines and columns as editors do, whatever the file begins with', () => {
    expect(found.marked.errors).toEqual([]);
    expect(found.marked.actions.map(({ file, line, column }) => [file, line, column])).toEqual([
      ['bom.ts', 1, 62],
      ['crlf.ts', 2, 24],
      ['emoji.ts', 1, 72],
    ]);
  });

  it('leaves out files that are too large for a source, with a warning', () => {
    expect(found.large).toMatchObject({
      actions: [{ file: 'good.ts' }],
      errors: [],
      warnings: [{ code: 'file_too_large', file: 'bundle.js' }],
    });
  });

  it('comes to an end on deep, growing and circular sources, and says what it could not read', () => {
    expect(found.deep.errors).toEqual([]);
    expect(found.deep.actions.map(({ className, name }) => [className, name])).toEqual([
      ['Circle', null],
      ['Growing', null],
      ['Missing', null],
      ['GoodAction', 'good'],
      ['Sum', null],
    ]);
    expect(found.deep.warnings.filter(({ code }) => code === 'dynamic_name').map(({ file }) => file)).toEqual([
      'circle.ts',
      'growing.ts',
      'missing.ts',
      'sum.ts',
    ]);
  });

  it('reports a file that went away between listing and reading', async () => {
    const snippet = `
      import { SourceModules } from './src/runtime/discovery/static-scan/source-modules.js';
      export default (directory: string) => {
        const problems = { errors: [], warnings: [] };
        new SourceModules(directory, ['gone.ts']).read('gone.ts', problems);
        return problems;
      };`;
    await withFolder({}, async (directory) => {
      expect(await runInChild(snippet, { input: directory })).toMatchObject({
        errors: [{ code: 'unreadable', file: 'gone.ts', message: expect.stringContaining('ENOENT') }],
      });
    });
  });
});
