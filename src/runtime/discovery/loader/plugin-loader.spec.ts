import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionFile, CONFIG, inLoader, withFiles, writeFiles } from './loader.fixture.js';

// Each test starts processes of its own.
jest.setTimeout(60_000);

describe('PluginLoader', () => {
  it('loads a plugin that is in its cache without parser and compiler', async () => {
    const files = { 'config.yaml': CONFIG, 'greet.ts': actionFile('greet', 'return "hello";') };
    await withFiles(files, async (folders) => {
      // Which of the bundler's files Node opens shows in the hooks that every import passes through.
      const body = `
        const seen = [];
        const { registerHooks } = await import('node:module');
        registerHooks({ load: (url, context, next) => { if (url.includes('/node_modules/rolldown/')) seen.push(url); return next(url, context); } });
        const result = await call(await load(root), 'greet');
        return { result, parserFiles: seen.length };`;
      const first = await inLoader<{ result: string; parserFiles: number }>(body, folders);
      const second = await inLoader<{ result: string; parserFiles: number }>(body, folders);

      expect(first.result).toBe('hello');
      expect(first.parserFiles).toBeGreaterThan(0);
      expect(second).toEqual({ result: 'hello', parserFiles: 0 });
    });
  });

  it('makes one whole cache entry when two processes load the same plugin at once', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`actions/a${n}.ts`, actionFile(`a${n}`, `return ${n};`)]),
    );
    await withFiles({ 'config.yaml': CONFIG, ...many }, async (folders) => {
      const body = `const plugin = await load(root); return [plugin.actions.length, await call(plugin, 'a39')];`;
      const results = await Promise.all([1, 2, 3].map(() => inLoader(body, folders)));

      expect(results).toEqual([
        [40, 39],
        [40, 39],
        [40, 39],
      ]);
      expect(readdirSync(folders.cache)).toHaveLength(1);
    });
  });

  it.each([
    ['a manifest that is cut off', 'manifest.json', (file: string) => truncateSync(file, 10)],
    ['a compiled file that is cut off', 'greet.ts.mjs', (file: string) => truncateSync(file, 20)],
    [
      'a compiled file that was overwritten with as many bytes',
      'greet.ts.mjs',
      (file: string) => writeFileSync(file, ')'.repeat(readFileSync(file).length)),
    ],
  ])('compiles again over %s', async (_case, name, damage) => {
    const files = { 'config.yaml': CONFIG, 'greet.ts': actionFile('greet', 'return "hello";') };
    await withFiles(files, async (folders) => {
      const body = `return call(await load(root), 'greet');`;
      await inLoader(body, folders);
      const [entry = ''] = readdirSync(folders.cache);
      damage(join(folders.cache, entry, name));

      expect(await inLoader(body, folders)).toBe('hello');
      expect(await inLoader(body, folders)).toBe('hello');
      expect(readdirSync(folders.cache)).toEqual([entry]);
    });
  });

  it('loads an edited plugin anew in the same process, its JSON files included', async () => {
    const files = {
      'config.yaml': CONFIG,
      'greet.ts': actionFile(
        'greet',
        'return [text, labels.a];',
        `import { text } from './lib/text.js';\nimport labels from './labels.json';`,
      ),
      'lib/text.ts': `export const text: string = 'one';`,
      'labels.json': '{"a":"first"}',
    };
    await withFiles(files, async (folders) => {
      const body = `
        const results = [await call(await load(root), 'greet')];
        writeFileSync(join(root, 'lib/text.ts'), "export const text = 'two';");
        results.push(await call(await load(root), 'greet'));
        writeFileSync(join(root, 'labels.json'), '{"a":"second"}');
        results.push(await call(await load(root), 'greet'));
        writeFileSync(join(root, 'labels.json'), '{"a":"first"}');
        results.push(await call(await load(root), 'greet'));
        return results;`;

      expect(await inLoader(body, folders)).toEqual([
        ['one', 'first'],
        ['two', 'first'],
        ['two', 'second'],
        ['two', 'first'],
      ]);
    });
  });

  it('D10: keeps two plugins with equal file and class names apart in one process', async () => {
    const files = {
      'a/config.yaml': 'name: A\ncode: a\n',
      'a/plugin/train.ts': actionFile('train', 'return who;', `import { who } from './who.js';`),
      'a/plugin/who.ts': `export const who = 'A';`,
      'b/config.yaml': 'name: B\ncode: b\n',
      'b/plugin/train.ts': actionFile('train', 'return who;', `import { who } from './who.js';`),
      'b/plugin/who.ts': `export const who = 'B';`,
    };
    await withFiles(files, async (folders) => {
      const body = `
        const a = await load(join(root, 'a'));
        const b = await load(join(root, 'b'));
        return [await call(a, 'train'), await call(b, 'train'), await call(a, 'train'), find(a, 'train').type === find(b, 'train').type];`;

      expect(await inLoader(body, folders)).toEqual(['A', 'B', 'A', false]);
    });
  });

  it('D10: keeps two folders with byte-equal sources apart, since each imports its own packages', async () => {
    const dependency = (text: string): Record<string, string> => ({
      'node_modules/dep/package.json': '{"name":"dep","version":"1.0.0","type":"module","exports":"./index.js"}',
      'node_modules/dep/index.js': `export default '${text}';`,
    });
    const plugin = { 'config.yaml': CONFIG, 'greet.ts': actionFile('greet', 'return dep;', `import dep from 'dep';`) };
    await withFiles({}, async (folders) => {
      writeFiles(join(folders.root, 'a'), { ...plugin, ...dependency('of a') });
      writeFiles(join(folders.root, 'b'), { ...plugin, ...dependency('of b') });
      const body = `return [await call(await load(join(root, 'a')), 'greet'), await call(await load(join(root, 'b')), 'greet')];`;

      expect(await inLoader(body, folders)).toEqual(['of a', 'of b']);
    });
  });

  it("gives a plugin the host's own instances, also where the plugin or its packages bring copies", async () => {
    const copies = Object.fromEntries(
      ['class-validator', '@nestjs/common', 'nest-synapse'].flatMap((name) => [
        [
          `node_modules/${name}/package.json`,
          `{"name":"${name}","version":"0.0.1","type":"module","exports":"./index.js"}`,
        ],
        [`node_modules/${name}/index.js`, 'export const isCopy = true;'],
      ]),
    );
    const files = {
      'config.yaml': CONFIG,
      'probe.ts': actionFile(
        'probe',
        'return [validator, nest, synapse, theirs];',
        `import * as validator from 'class-validator'; import * as nest from '@nestjs/common'; import * as synapse from 'nest-synapse'; import { theirs } from 'of-others';`,
      ),
      'node_modules/of-others/package.json':
        '{"name":"of-others","version":"1.0.0","type":"module","exports":"./index.js"}',
      'node_modules/of-others/index.js': `import * as validator from 'class-validator'; import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); export const theirs = { validator, required: require('@nestjs/common') };`,
      ...copies,
    };
    await withFiles(files, async (folders) => {
      const body = `
        const hosts = [await import('class-validator'), await import('@nestjs/common'), await import('nest-synapse')];
        const [validator, nest, synapse, theirs] = await call(await load(root), 'probe');
        return [validator.IsInt === hosts[0].IsInt, nest.Injectable === hosts[1].Injectable, synapse.BaseAction === hosts[2].BaseAction,
          theirs.validator.IsInt === hosts[0].IsInt, theirs.required.Injectable === hosts[1].Injectable, 'isCopy' in validator];`;

      expect(await inLoader(body, folders)).toEqual([true, true, true, true, true, false]);
    });
  });

  it('finds TypeScript behind ./x.js, and packages of the plugin beside it', async () => {
    const files = {
      'config.yaml': CONFIG,
      'actions/greet.ts': actionFile(
        'greet',
        'return [one, two, three, cjs.four];',
        `import { one } from '../lib/one.js'; import { two } from '../lib/two.mjs'; import { three } from '../lib/three'; import cjs from 'old';`,
      ),
      'lib/one.ts': `export const one: number = 1;`,
      'lib/two.mts': `export const two: number = 2;`,
      'lib/three.ts': `export const three: number = 3;`,
      'node_modules/old/package.json': '{"name":"old","version":"1.0.0","main":"main.js"}',
      'node_modules/old/main.js': 'exports.four = 4;',
    };
    await withFiles(files, async (folders) => {
      expect(await inLoader(`return call(await load(root), 'greet');`, folders)).toEqual([1, 2, 3, 4]);
    });
  });

  it('tells a source where it is, not where its compiled form is', async () => {
    const files = {
      'config.yaml': CONFIG,
      'actions/where.ts': actionFile(
        'where',
        'return [readFileSync(new URL("../data/é.txt", import.meta.url), "utf8"), import.meta.dirname, other, "import.meta.url"];',
        `import { readFileSync } from 'node:fs'; import { other } from '../lib/other.js'; // é import.meta.url`,
      ),
      'lib/other.ts': `const { filename } = import.meta; export const other = filename;`,
      'data/é.txt': 'data',
    };
    await withFiles(files, async (folders) => {
      expect(await inLoader(`return call(await load(root), 'where');`, folders)).toEqual([
        'data',
        join(folders.root, 'actions'),
        join(folders.root, 'lib/other.ts'),
        'import.meta.url',
      ]);
    });
  });

  it('takes the Nest modules that a folder exports, and the injectables of imported files', async () => {
    const files = {
      'own/config.yaml': 'name: Own\ncode: own\n',
      'own/train.ts': `import { Action, BaseAction } from 'nest-synapse';\nimport { Module } from '@nestjs/common';\nimport { Service } from './deep/service.js';\n@Action({ name: 'train' })\nexport class Train extends BaseAction { constructor(readonly service: Service) { super(); } }\n@Module({ providers: [Train, Service] })\nexport class OwnModule {}\n`,
      'own/deep/service.ts': `import { Injectable } from '@nestjs/common';\n@Injectable()\nexport class Service {}\n`,
      'bare/config.yaml': 'name: Bare\ncode: bare\n',
      'bare/train.ts': `import { Action, BaseAction } from 'nest-synapse';\nimport { Service } from './deep/service.js';\n@Action({ name: 'train' })\nclass Train extends BaseAction { constructor(readonly service: Service) { super(); } }\n`,
      'bare/deep/service.ts': `import { Injectable } from '@nestjs/common';\n@Injectable()\nexport class Service {}\n`,
    };
    await withFiles(files, async (folders) => {
      const body = `
        const facts = ({ actions, modules, injectables }) => ({ actions: actions.map(({ entrypoint }) => entrypoint), modules: modules.map(({ name }) => name), injectables: injectables.map(({ name }) => name) });
        return [facts(await load(join(root, 'own'))), facts(await load(join(root, 'bare')))];`;

      expect(await inLoader(body, folders)).toEqual([
        { actions: ['train:Train'], modules: ['OwnModule'], injectables: ['Service'] },
        // Not exported, and found all the same.
        { actions: ['train:Train'], modules: [], injectables: ['Service'] },
      ]);
    });
  });
});
