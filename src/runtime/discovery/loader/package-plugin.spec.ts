import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { inLoader, loaderOutcome, withFiles, writeFiles } from './loader.fixture.js';

// Each test starts processes of its own.
jest.setTimeout(60_000);

/** What a build leaves of decorated TypeScript. */
const DECORATED = `import { Action, BaseAction } from 'nest-synapse';
export class TrainAction extends BaseAction { async execute() { return 'trained'; } }
Action({ name: 'train' })(TrainAction);
`;

const MANIFEST =
  '{"name":"@me/digits","version":"1.2.3","type":"module","exports":{".":{"import":"./dist/index.js","require":"./dist/index.cjs"}}}';

const PACKAGE = {
  'node_modules/@me/digits/package.json': MANIFEST,
  'node_modules/@me/digits/config.yaml':
    'name: Digits\ncode: digits\nactions:\n  train:\n    entrypoint: src/train.action:TrainAction\n    description: from config\n',
  'node_modules/@me/digits/dist/index.js': `export * from './train.js'; export const VERSION = 1;`,
  'node_modules/@me/digits/dist/train.js': DECORATED,
  'node_modules/@me/digits/dist/index.cjs': `throw new Error('the require entry');`,
};

const FACTS = `
  const factsOf = ({ configFile, source, actions, modules, injectables }) => ({
    code: configFile.config.code, path: source.path, hash: source.contentHash.length,
    actions: actions.map(({ entrypoint, method }) => [entrypoint, method ?? null]), modules: modules.map(({ name }) => name), injectables: injectables.map(({ name }) => name) });`;

describe('A plugin that is an npm package', () => {
  it('is imported by its import entry, with the actions it exports under the entrypoints of its config.yaml', async () => {
    await withFiles(PACKAGE, async (folders) => {
      const body = `${FACTS}
        mkdirSync(join(root, 'deep/in/it'), { recursive: true });
        const plugin = await loader.loadPackage('@me/digits', join(root, 'deep/in/it'));
        return { ...factsOf(plugin), result: await call(plugin, 'train'), isShared: Object.getPrototypeOf(plugin.actions[0].type) === (await import('nest-synapse')).BaseAction };`;

      expect(await inLoader(body, folders)).toEqual({
        code: 'digits',
        path: join(folders.root, 'node_modules/@me/digits'),
        hash: 64,
        actions: [['src/train.action:TrainAction', null]],
        modules: [],
        injectables: ['TrainAction'],
        result: 'trained',
        isShared: true,
      });
    });
  });

  it('may be linked, as workspaces are', async () => {
    await withFiles({}, async (folders) => {
      writeFiles(join(folders.root, 'packages/digits'), {
        'package.json': '{"name":"digits","version":"1.0.0","type":"module","main":"./index.js"}',
        'config.yaml': 'name: Digits\ncode: digits\n',
        'index.js': DECORATED,
      });
      mkdirSync(join(folders.root, 'node_modules'));
      symlinkSync('../packages/digits', join(folders.root, 'node_modules/digits'));
      const body = `${FACTS} return factsOf(await loader.loadPackage('digits', root));`;

      expect(await inLoader(body, folders)).toMatchObject({
        path: join(folders.root, 'packages/digits'),
        actions: [['index:TrainAction', null]],
      });
    });
  });

  it('may export a Nest module; the actions that it and its imports provide are the plugin’s', async () => {
    const files = {
      ...PACKAGE,
      'node_modules/@me/digits/dist/index.js': `import { Module, forwardRef } from '@nestjs/common';
        import { Action } from 'nest-synapse';
        import { TrainAction } from './train.js';
        class Tools { count() { return 3; } }
        Action({ name: 'count' })(Tools.prototype, 'count', Object.getOwnPropertyDescriptor(Tools.prototype, 'count'));
        class Inner {} Module({ providers: [{ provide: 'tools', useClass: Tools }] })(Inner);
        class Late {} Module({ providers: [TrainAction] })(Late);
        export class DigitsModule {} Module({ imports: [{ module: Inner, providers: [] }, forwardRef(() => Late)] })(DigitsModule);`,
    };
    await withFiles(files, async (folders) => {
      const body = `${FACTS} return factsOf(await loader.loadPackage('@me/digits', root));`;

      expect(await inLoader(body, folders)).toMatchObject({
        modules: ['DigitsModule'],
        actions: [
          ['dist/index:Tools.count', 'count'],
          ['src/train.action:TrainAction', null],
        ],
      });
    });
  });

  it('runs inside a Nest application', async () => {
    await withFiles(PACKAGE, async (folders) => {
      const body = `
        const { Module } = await import('@nestjs/common');
        const { NestFactory } = await import('@nestjs/core');
        const { PluginRunner, SynapseModule } = await import('nest-synapse');
        class App {}
        Module({ imports: [SynapseModule.forRoot(), SynapseModule.forPackage('@me/digits', { fromDirectory: root })] })(App);
        const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
        const handle = await app.get(PluginRunner).run({ plugin: 'digits', action: 'train', params: {} });
        const result = await handle.result();
        await app.close();
        return result;`;

      expect(await inLoader(body, folders)).toBe('trained');
    });
  });

  it.each([
    ['is not installed', 'no-such-plugin', {}, 'SYN_PLUGIN_LOAD', 'npm install no-such-plugin'],
    ['has the name of a path', '../plugins', {}, 'SYN_USAGE', 'not the name of a package'],
    [
      'has no config.yaml',
      'bare',
      { 'node_modules/bare/package.json': '{"name":"bare"}' },
      'SYN_CONFIG_NOT_FOUND',
      'is no plugin',
    ],
    [
      'exports no action',
      '@me/digits',
      { 'node_modules/@me/digits/dist/index.js': 'export const one = 1;' },
      'SYN_PLUGIN_LOAD',
      'It exports: one',
    ],
    [
      'throws when it is imported',
      '@me/digits',
      { 'node_modules/@me/digits/dist/index.js': `throw new Error('no licence');` },
      'SYN_PLUGIN_LOAD',
      'no licence',
    ],
    [
      'has no entry',
      '@me/digits',
      { 'node_modules/@me/digits/package.json': '{"name":"@me/digits","exports":{"./other":"./dist/index.js"}}' },
      'SYN_PLUGIN_LOAD',
      'No "exports" main',
    ],
  ])('is refused when it %s', async (_case, name, changed, code, message) => {
    await withFiles({ ...PACKAGE, ...changed }, async (folders) => {
      const { error } = await loaderOutcome(`await loader.loadPackage(${JSON.stringify(name)}, root);`, folders);

      expect(error).toMatchObject({ code });
      expect(error?.message).toContain(message);
    });
  });
});
