import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { actionFile, CONFIG, inLoader, loaderOutcome, withFiles, writeFiles } from './loader.fixture.js';

// Each test starts processes of its own.
jest.setTimeout(60_000);

describe('PluginLoader refuses', () => {
  it('source that does not parse, with file, line and column', async () => {
    const files = { 'config.yaml': CONFIG, 'actions/broken.ts': actionFile('a', 'return 1 +;') };
    await withFiles(files, async (folders) => {
      const { error } = await loaderOutcome(`await load(root);`, folders);

      expect(error).toMatchObject({ code: 'SYN_PLUGIN_COMPILE', details: { file: 'actions/broken.ts', line: 5 } });
      expect(error?.message).toMatch(/^actions\/broken\.ts:5:\d+: /);
      expect(readdirSync(folders.root)).toEqual(['actions', 'config.yaml']);
    });
  });

  it('an import of a file that is not there, with the file that asks for it', async () => {
    const files = {
      'config.yaml': CONFIG,
      'a.ts': actionFile('a', 'return gone;', `import { gone } from './gone.js';`),
    };
    await withFiles(files, async (folders) => {
      const { error } = await loaderOutcome(`await load(root);`, folders);

      expect(error).toMatchObject({ code: 'SYN_PLUGIN_COMPILE', details: { file: 'a.ts', line: 2 } });
      expect(error?.message).toContain('./gone.js');
    });
  });

  it('a package that is not installed, with the cure', async () => {
    const files = { 'config.yaml': CONFIG, 'a.ts': actionFile('a', 'return x;', `import x from 'no-such-package';`) };
    await withFiles(files, async (folders) => {
      const { error } = await loaderOutcome(`await load(root);`, folders);

      expect(error).toMatchObject({ code: 'SYN_PLUGIN_COMPILE', details: { package: 'no-such-package' } });
      expect(error?.message).toContain('Install it');
    });
  });

  it.each([
    ['throws an error', `throw new Error('no model here');`, 'no model here'],
    ['throws a text', `throw 'just words';`, 'just words'],
    ['throws nothing', `throw null;`, 'null'],
    ['rejects', `await Promise.reject(new Error('too late'));`, 'too late'],
  ])('code that %s when it is imported', async (_case, line, message) => {
    const files = { 'config.yaml': CONFIG, 'a.ts': actionFile('a', 'return 1;', line) };
    await withFiles(files, async (folders) => {
      const { error } = await loaderOutcome(`await load(root);`, folders);

      expect(error).toMatchObject({ code: 'SYN_PLUGIN_LOAD', details: { path: folders.root } });
      expect(error?.message).toContain(message);
    });
  });

  it.each([
    ['compiled code alone', ['--no-enable-source-maps']],
    ['code whose stacks Node maps itself', ['--enable-source-maps']],
  ])('names file, line and column of an error at import, for %s', async (_case, nodeArgs) => {
    const files = {
      'config.yaml': CONFIG,
      'a.ts': actionFile('a', 'return model;', `import { model } from './lib/model.js';`),
      'lib/model.ts': `interface Model { name: string }\n\nfunction load(): Model {\n  throw new Error('no model');\n}\nexport const model = load();\n`,
    };
    await withFiles(files, async (folders) => {
      const { error } = await loaderOutcome(`await load(root);`, folders, { nodeArgs });

      expect(error).toMatchObject({ details: { place: expect.stringMatching(/^lib\/model\.ts:4:\d+$/) } });
    });
  });

  it.each([
    ['what nothing can settle', `await new Promise(() => undefined);`, 60_000, 'nothing can settle'],
    [
      'what takes longer than allowed',
      `await new Promise((resolve) => setTimeout(resolve, 1_500));`,
      300,
      'more than 300 ms',
    ],
  ])('code that awaits %s at its top', async (_case, line, timeoutMs, message) => {
    const files = { 'config.yaml': CONFIG, 'a.ts': actionFile('a', 'return 1;', line) };
    await withFiles(files, async (folders) => {
      // The channel to this test would keep the process awake, which a command line's process has not.
      const body = `process.channel.unref(); try { await load(root); } catch (error) { return error.toJSON(); } finally { process.channel.ref(); }`;
      const { value } = await loaderOutcome<{ code: string; message: string }>(body, { ...folders, timeoutMs });

      expect(value).toMatchObject({ code: 'SYN_PLUGIN_LOAD' });
      expect(value?.message).toContain(message);
    });
  });

  it('a name that two classes claim, unless config.yaml tells them apart', async () => {
    const sources = { 'a.ts': actionFile('train', 'return "a";'), 'b.ts': actionFile('train', 'return "b";') };
    await withFiles({}, async (folders) => {
      writeFiles(join(folders.root, 'same'), { 'config.yaml': CONFIG, ...sources });
      writeFiles(join(folders.root, 'apart'), {
        'config.yaml': `${CONFIG}actions:\n  train: a:trainAction\n  retrain: b:trainAction\n`,
        ...sources,
      });
      const { error } = await loaderOutcome(`await load(join(root, 'same'));`, folders);

      expect(error).toMatchObject({ code: 'SYN_DUPLICATE_NAME', details: { name: 'train' } });
      expect(error?.message).toContain('a:trainAction (a.ts:');
      expect(await inLoader(`return (await load(join(root, 'apart'))).actions.length;`, folders)).toBe(2);
    });
  });
});
