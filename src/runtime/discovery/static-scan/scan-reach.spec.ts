import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runInChild } from '../../../../test/run-in-child.js';
import { type Folder, scanFolders, withFolder } from './scan-folders.fixture.js';
import type { ScanResult } from './scan-result.js';

const HEAD = `import { Action, BaseAction, BaseTrainAction, Step } from 'nest-synapse'; import { Injectable, Module as Mod } from '@nestjs/common';\n`;

const FOLDERS = {
  exports: {
    'a.ts': `${HEAD}@Action() export class Named {}
      @Action() class Renamed {}
      @Action() class Kept {}
      @Action() class Late {}
      export { Renamed as Other, Late };
      export namespace Outer { @Action() export class Inner {} export namespace Deep.Down { @Action() export class Bottom {} } }
      namespace Closed { @Action() export class Behind {} }`,
    'b.ts': `${HEAD}@Action() export default class TrainAction {}`,
    'c.ts': `${HEAD}@Action({ name: 'anonymous' }) export default class {}`,
    'd.ts': `${HEAD}@Action() export default class extends BaseAction {}`,
    'e.ts': `${HEAD}@Action() class Direct {} export default Direct; export const Second = Direct;`,
  },
  unreachable: {
    'a.ts': `${HEAD}export function make() { @Action() class Local {} return Local; }
      if (process.env.X) { @Action() class Conditional {} }
      export class Host { run() { class Tool { @Action() method() {} } } }
      export const Expression = @Action() class Named {};
      export namespace N { @Action() class Hidden {} }
      export const list = [1].map(() => { @Step({ name: 's' }) class InArrow {} });
      export function shadow(Action: () => ClassDecorator) { @Action() class NotOurs {} }
      export function shadowToo() { const Action = other(); @Action() class NotOurs {} }
      export class Fine { constructor(private readonly Action: X) { @Action() class NotOurs {} } }`,
  },
  undecorated: {
    'a.ts': `${HEAD}import * as sdk from 'nest-synapse'; import { LocalBase, mixin } from './base.js'; import { Foreign } from 'elsewhere';
      export class Direct extends BaseAction {}
      export class Dotted extends sdk.BaseAction<P> {}
      export class ViaFile extends LocalBase {}
      export class Family extends BaseTrainAction {}
      export class Mixed extends mixin(BaseAction) {}
      export const Assigned = class extends BaseAction {};
      export abstract class Abstract extends BaseAction {}
      @Action() export class Decorated extends BaseAction {}
      export class Tools extends BaseAction { @Action() work() {} }
      export class Unrelated extends Foreign {}
      export class Loop extends Loop {}
      export class Params {}`,
    'base.ts': `import { Other as Up } from './up.js'; export abstract class LocalBase extends Up {} export const mixin = (base) => base;`,
    'up.ts': `import { BaseAction as BA } from 'nest-synapse'; abstract class Top extends BA {} export { Top as Other };`,
  },
  outside: {
    'test/base.ts': `import { BaseAction } from 'nest-synapse'; export abstract class TestBase extends BaseAction {} @Action() export class Unseen {}`,
    'a.ts': `import { TestBase } from './test/base.js'; export class Sub extends TestBase {}`,
  },
  others: {
    'steps.ts': `${HEAD}const NAME = 'upload'; @Step({ name: NAME, weight: 1 }) export class UploadStep {} @Step(options()) export class Dynamic {}
      @Step({ name: 'abstract' }) export abstract class Never {}`,
    'module.ts': `${HEAD}@Mod({ providers: [] }) export class PluginModule {} @Injectable() class Service {} @Injectable() abstract class Port {}
      @Injectable() @Action() export class Doubly {} @Action export class Bare {}`,
  },
  conflicts: {
    'b.ts': `${HEAD}@Action() export class TrainAction {}`,
    'a.ts': `${HEAD}@Action() export class TrainAction {}\n@Action({ name: 'test' }) export class Test {}`,
    'c.ts': `${HEAD}export class T { @Action() train() {} }\n@Step({ name: 'train' }) export class S1 {}\n@Step({ name: 's' }) export class S2 {} @Step({ name: 's' }) export class S3 {}`,
  },
  empty: { 'readme.md': '' },
} satisfies Record<string, Folder>;

describe('scanPlugin, what it can reach', () => {
  let found: Record<keyof typeof FOLDERS, ScanResult>;
  beforeAll(async () => {
    found = await scanFolders(FOLDERS);
  }, 60_000);

  it('says under which name a file exports a class, and which ones it keeps to itself', () => {
    const exported = found.exports.actions.map(({ entrypoint, exportPath }) => [entrypoint, exportPath?.join('.')]);

    expect(exported).toEqual([
      ['a:Named', 'Named'],
      ['a:Renamed', 'Other'],
      ['a:Kept', undefined],
      ['a:Late', 'Late'],
      ['a:Outer.Inner', 'Outer.Inner'],
      ['a:Outer.Deep.Down.Bottom', 'Outer.Deep.Down.Bottom'],
      ['a:Closed.Behind', undefined],
      ['b:TrainAction', 'default'],
      ['c:default', 'default'],
      ['d:default', 'default'],
      ['e:Direct', 'default'],
    ]);
    expect(found.exports.actions.find(({ entrypoint }) => entrypoint === 'a:Closed.Behind')?.localPath).toEqual([
      'Closed',
      'Behind',
    ]);
  });

  it('asks for a name where the class has none', () => {
    expect(
      found.exports.actions.filter(({ file }) => file === 'c.ts' || file === 'd.ts').map(({ name }) => name),
    ).toEqual(['anonymous', null]);
    expect(found.exports.warnings).toMatchObject([{ code: 'dynamic_name', file: 'd.ts' }]);
  });

  it('warns of decorated classes in functions, blocks, expressions and closed namespaces, and only of ours', () => {
    expect(found.unreachable.actions).toEqual([]);
    expect(found.unreachable.warnings.map(({ code, line, message }) => [code, line, message.split(' ')[0]])).toEqual([
      ['unreachable', 2, 'Local'],
      ['unreachable', 3, 'Conditional'],
      ['unreachable', 4, 'Tool'],
      ['unreachable', 5, 'Named'],
      ['unreachable', 6, 'Hidden'],
      ['unreachable', 7, 'InArrow'],
    ]);
  });

  it('warns of concrete subclasses of BaseAction without @Action, with the cure', () => {
    const { warnings } = found.undecorated;

    expect(warnings.map(({ code, message }) => [code, message.split(' ')[0]])).toEqual(
      ['Direct', 'Dotted', 'ViaFile', 'Family', 'Mixed', 'Assigned'].map((name) => ['undecorated_subclass', name]),
    );
    expect(warnings[0]?.message).toContain('@Action()');
  });

  it('follows a base class into a file that is not scanned itself', () => {
    expect(found.outside).toMatchObject({
      files: ['a.ts'],
      actions: [],
      warnings: [{ code: 'undecorated_subclass', file: 'a.ts' }],
    });
  });

  it('finds steps, Nest modules and injectables, abstract ones left out', () => {
    const { steps, modules, injectables, actions, warnings } = found.others;

    expect(steps.map(({ entrypoint, name }) => [entrypoint, name])).toEqual([
      ['steps:UploadStep', 'upload'],
      ['steps:Dynamic', null],
    ]);
    expect(modules.map(({ entrypoint }) => entrypoint)).toEqual(['module:PluginModule']);
    expect(injectables.map(({ entrypoint, exportPath }) => [entrypoint, exportPath])).toEqual([
      ['module:Service', null],
      ['module:Doubly', ['Doubly']],
    ]);
    expect(actions.map(({ entrypoint }) => entrypoint)).toEqual(['module:Doubly']);
    expect(warnings.map(({ code, file }) => [code, file])).toEqual([
      ['bare_decorator', 'module.ts'],
      ['dynamic_name', 'steps.ts'],
      ['abstract_class', 'steps.ts'],
    ]);
  });

  it('D11: reports classes that claim one name, all of them, and lets none win', () => {
    const { conflicts, actions } = found.conflicts;

    expect(actions.map(({ entrypoint }) => entrypoint)).toEqual([
      'a:TrainAction',
      'a:Test',
      'b:TrainAction',
      'c:T.train',
    ]);
    expect(conflicts).toMatchObject([
      {
        what: 'action',
        name: 'train',
        owners: [
          { entrypoint: 'a:TrainAction', file: 'a.ts', line: 2, column: 24 },
          { entrypoint: 'b:TrainAction', file: 'b.ts', line: 2, column: 24 },
          { entrypoint: 'c:T.train', file: 'c.ts', line: 2, column: 28 },
        ],
      },
      { what: 'step', name: 's', owners: [{ entrypoint: 'c:S2' }, { entrypoint: 'c:S3' }] },
    ]);
    expect(conflicts[0]?.message).toContain('b:TrainAction (b.ts:2:24)');
  });

  it('comes to the same result by its shortcuts as without them', async () => {
    // These words in a comment make it read every tree, with types, and walk all of it.
    const slow = Object.entries<Folder>(FOLDERS).map(([name, folder]) => [
      name,
      Object.fromEntries(
        Object.entries(folder).map(([file, text]) => [
          file,
          `${String(text)}\n// abstract declare class extends @${' class '.repeat(20)}`,
        ]),
      ),
    ]);

    expect(await scanFolders(Object.fromEntries(slow) as typeof FOLDERS)).toEqual(found);
  });

  it('finds nothing in a folder without sources', () => {
    expect(found.empty).toEqual({
      actions: [],
      steps: [],
      modules: [],
      injectables: [],
      warnings: [],
      errors: [],
      conflicts: [],
      files: [],
    });
  });
});

const TWICE = `
import { scanPlugin } from './src/runtime/discovery/static-scan/scan-plugin.js';
export default (directory: string) => [scanPlugin(directory), scanPlugin(directory)];
`;

describe('scanPlugin, what it does to a plugin', () => {
  it('executes nothing of it', async () => {
    await withFolder({}, async (outside) => {
      const proof = join(outside, 'executed');
      const code = `${HEAD}import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(proof)}, ''); process.exit(1);
        @Action({ name: (() => { throw new Error(); })() }) export class A { static { process.exit(2); } }`;
      const { only } = await scanFolders({ only: { 'a.ts': code } });

      expect(only.actions).toMatchObject([{ className: 'A' }]);
      expect(existsSync(proof)).toBe(false);
    });
  });

  it('gives the same result each time, in order of file and position', async () => {
    const names = ['z', 'a/b', 'a', 'm/n/o', 'Z', 'é'];
    const folder = Object.fromEntries(
      names.map((name) => [
        `${name}.ts`,
        `${HEAD}@Action() export class ${name.at(-1)}2 {}\n@Action() export class ${name.at(-1)}1 {}`,
      ]),
    );
    await withFolder(folder, async (directory) => {
      const [first, second] = await runInChild<ScanResult[]>(TWICE, { input: directory });

      expect(second).toEqual(first);
      expect(first?.files).toEqual(['Z.ts', 'a.ts', 'a/b.ts', 'm/n/o.ts', 'z.ts', 'é.ts']);
      expect(first?.actions.map(({ file, line }) => `${file}:${line}`)).toEqual(
        first?.files.flatMap((file) => [`${file}:2`, `${file}:3`]),
      );
    });
  });
});
