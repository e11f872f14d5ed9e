import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const repository = resolve(__dirname, '../../..');
const bundle = join(repository, 'dist/cli');
const shared = JSON.parse(readFileSync(join(bundle, 'shared.json'), 'utf8')) as Readonly<Record<string, string>>;

function evaluate(source: string, ...words: string[]): SpawnSyncReturns<string> {
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', source, '--', ...words], {
    encoding: 'utf8',
    cwd: repository,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run;
}

describe('The modules that the bundle shares with plugins', () => {
  it('are the surfaces of this package but the test kit, and all of its peers but the optional ones', () => {
    const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
      peerDependencies: Record<string, string>;
      peerDependenciesMeta: Record<string, { optional: boolean } | undefined>;
    };
    const surfaces = Object.keys(manifest.exports).filter(
      (subpath) => !['./package.json', './testing'].includes(subpath),
    );
    const expected = [
      ...surfaces.map((subpath) => `nest-synapse${subpath.slice(1)}`),
      ...Object.keys(manifest.peerDependencies).filter((name) => !manifest.peerDependenciesMeta[name]?.optional),
    ];
    expect(Object.keys(shared)).toEqual(expect.arrayContaining(expected));
    expect(shared).not.toHaveProperty('typescript');
  });

  it.each(Object.entries(shared))('has every name that %s exports', (specifier, file) => {
    const source = `
      const [specifier, file] = process.argv.slice(1);
      await import('reflect-metadata'); // which the internals of Nest do not ask for themselves
      const real = await import(specifier);
      const ours = await import(file);
      const names = Object.keys(real).filter((name) => !['module.exports', '__esModule'].includes(name));
      console.log(JSON.stringify(names.filter((name) => typeof ours[name] !== (name === 'default' ? 'object' : typeof real[name]))));
    `;
    expect(JSON.parse(evaluate(source, specifier, join(bundle, file)).stdout)).toEqual([]);
  });

  it('can be had by require as well, for CommonJS packages that a plugin depends on', () => {
    const files = Object.values(shared).map((file) => join(bundle, file));
    const source = `
      import { createRequire } from 'node:module';
      const require = createRequire(process.cwd() + '/x.js');
      console.log(JSON.stringify(process.argv.slice(1).map((file) => typeof require(file))));
    `;
    const types = JSON.parse(evaluate(source, ...files).stdout) as string[];
    expect(new Set(types)).toEqual(new Set(['object']));
  });
});

describe('A plugin under the bundled command line', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-bundle-'));
    write('config.yaml', 'name: Probe\ncode: probe\nversion: 0.1.0\ncategory: custom\n');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }

  function synapse(words: readonly string[], nodeOptions: readonly string[] = []): SpawnSyncReturns<string> {
    const caches = join(folder, '.caches');
    return spawnSync(
      process.execPath,
      [...nodeOptions, join(repository, 'bin/synapse.js'), ...words, '--path', folder],
      {
        encoding: 'utf8',
        env: { ...process.env, XDG_CACHE_HOME: caches, XDG_STATE_HOME: caches },
      },
    );
  }

  it('gets the classes the command line itself runs on, and so do the CommonJS packages it depends on', () => {
    write(
      'node_modules/of-old/index.js',
      "const { Injectable, NotFoundException } = require('@nestjs/common');\nconst { SynapseError } = require('nest-synapse/errors');\nexports.names = { Injectable, NotFoundException, SynapseError, Observable: require('rxjs').Observable };\n",
    );
    write('node_modules/of-old/package.json', '{"name":"of-old","version":"1.0.0","main":"index.js"}');
    write(
      'probe.ts',
      `import { Injectable, NotFoundException } from '@nestjs/common';
       import { ModuleRef } from '@nestjs/core';
       import { Observable, of } from 'rxjs';
       import { map } from 'rxjs/operators';
       import { Action, BaseAction } from 'nest-synapse';
       import { SynapseError } from 'nest-synapse/errors';
       import old from 'of-old';

       @Injectable()
       export class Tools {}

       class Nothing {}

       @Action({ name: 'probe', description: 'Compares instances', params: Nothing })
       export class ProbeAction extends BaseAction<Nothing, object> {
         constructor(private readonly modules: ModuleRef, private readonly tools: Tools) { super(); }

         async execute(): Promise<object> {
           const seen: number[] = [];
           of(1, 2).pipe(map((n) => n * 10)).subscribe((n) => seen.push(n));
           return {
             injected: this.modules.get(Tools) === this.tools,
             old: Object.entries({ Injectable, NotFoundException, SynapseError, Observable }).every(([name, value]) => old.names[name] === value),
             seen,
           };
         }
       }`,
    );
    const { status, stdout, stderr } = synapse(['plugin', 'run', 'probe']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ injected: true, old: true, seen: [10, 20] });
  });

  it('has its params checked by the rules of class-validator, phone numbers included', () => {
    write(
      'call.ts',
      `import { Type } from 'class-transformer';
       import { IsInt, IsPhoneNumber, ValidateNested } from 'class-validator';
       import { Action, BaseAction } from 'nest-synapse';

       class Extension { @IsInt() digits = 0; }

       export class CallParams {
         @IsPhoneNumber('KR') number!: string;
         @ValidateNested() @Type(() => Extension) extension = new Extension();
       }

       @Action({ name: 'call', description: 'Calls', params: CallParams })
       export class CallAction extends BaseAction<CallParams, object> {
         async execute(params: CallParams): Promise<object> {
           return { nested: params.extension instanceof Extension };
         }
       }`,
    );
    const good = synapse(['plugin', 'run', 'call', '--params', '{"number":"+82 2-312-3456","extension":{"digits":7}}']);
    expect({ status: good.status, stdout: good.stdout, stderr: good.stderr }).toEqual({
      status: 0,
      stdout: '{"nested":true}\n',
      stderr: '',
    });
    const bad = synapse(['plugin', 'run', 'call', '--params', '{"number":"12","extension":{"digits":"many"}}']);
    expect(bad.status).toBe(4);
    expect(bad.stderr).toContain('number');
    expect(bad.stderr).toContain('extension.digits');
  });

  it('runs without the slow parts of Node that it does not use', () => {
    write(
      'idle.ts',
      `import { Action, BaseAction } from 'nest-synapse';
       class Nothing {}
       @Action({ name: 'idle', description: 'Does nothing', params: Nothing })
       export class IdleAction extends BaseAction<Nothing, null> {
         async execute(): Promise<null> { return null; }
       }`,
    );
    write(
      'watch.cjs',
      `let formatters = 0;
       Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, { construct: (target, words) => ((formatters += 1), Reflect.construct(target, words)) });
       process.on('exit', () => {
         const loaded = process.moduleLoadList.map((entry) => entry.replace(/^(NativeModule|Internal Binding) /, ''));
         const slow = ['internal/deps/undici/undici', 'http', 'https', 'tls', 'zlib', 'child_process', 'repl'].filter((name) => loaded.includes(name));
         require('fs').writeFileSync(require('path').join(__dirname, 'watched.json'), JSON.stringify({ formatters, slow }));
       });`,
    );
    expect(synapse(['plugin', 'run', 'idle']).status).toBe(0); // compiles the plugin, which may load what it likes
    expect(synapse(['plugin', 'run', 'idle'], ['--require', join(folder, 'watch.cjs')]).status).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'watched.json'), 'utf8'))).toEqual({ formatters: 0, slow: [] });
  });
});

describe('The bundle', () => {
  it('carries the licences of what it contains', () => {
    const notices = readFileSync(join(bundle, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of [
      '@nestjs/core',
      '@nestjs/common',
      'nest-commander',
      'rxjs',
      'class-validator',
      'reflect-metadata',
    ]) {
      expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
    expect(notices).not.toContain('carries no licence text');
  });

  it.each([
    ['inquirer', 'prompt'],
    ['cosmiconfig', 'cosmiconfig'],
    ['@fig/complete-commander', 'addCompletionSpecCommand'],
  ])('refuses calls to %s, which was left out of it, and says why', (name, used) => {
    const source = `
      import { rolldown } from 'rolldown';
      import { leaveOutUnused } from './scripts/build/bundle-plugins.mjs';
      const [name, used] = process.argv.slice(1);
      const entry = { name: 'entry', resolveId: (id) => (id === 'entry' ? id : null), load: (id) => (id === 'entry' ? \`export * from '\${name}'\` : null) };
      const { output } = await (await rolldown({ input: 'entry', plugins: [entry, leaveOutUnused] })).generate({ format: 'esm' });
      const stub = await import('data:text/javascript,' + encodeURIComponent(output[0].code));
      try { stub[used](); } catch (error) { console.log(error.message); }
    `;
    expect(evaluate(source, name, used).stdout).toBe(`'${name}' is not part of the synapse command line.\n`);
  });
});
