import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ChildOptions, type ChildOutcome, childOutcome, runInChild } from '../../../../test/run-in-child.js';

/** Files of a folder: path → content. */
export type Files = Readonly<Record<string, string>>;

/** What a snippet gets: folders that are removed when the test ends. */
export interface Folders {
  /** Holds the plugins. */
  readonly root: string;
  /** Where compiled plugins go. */
  readonly cache: string;
}

export const CONFIG = 'name: Probe\ncode: probe\n';

/** An action in one line: `actionFile('greet', 'return "hello";')`. */
export function actionFile(name: string, body: string, head = ''): string {
  return `import { Action, BaseAction } from 'nest-synapse';\n${head}\n@Action({ name: '${name}' })\nexport class ${name}Action extends BaseAction {\n  async execute(): Promise<unknown> { ${body} }\n}\n`;
}

/** Writes files and hands out the folders; both are gone afterwards. */
export async function withFiles<T>(files: Files, use: (folders: Folders) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'synapse-loader-'));
  const folders = { root: join(home, 'plugins'), cache: join(home, 'cache') };
  try {
    writeFiles(folders.root, files);
    return await use(folders);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

export function writeFiles(root: string, files: Files): void {
  mkdirSync(root, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
}

/** What every snippet can use: `load(path)`, `names(plugin)`, and `call(plugin, name)`, which runs an action without dependencies. */
const HEAD = `
import 'reflect-metadata';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostModules } from './src/runtime/discovery/loader/host-modules.js';
import { PluginCache } from './src/runtime/discovery/loader/plugin-cache.js';
import { PluginLoader } from './src/runtime/discovery/loader/plugin-loader.js';
import { actionOptionsOf } from './src/authoring/decorators/metadata.accessor.js';

const tools = ({ cache, timeoutMs }) => {
  const loader = new PluginLoader(HostModules.ofApplication(), new PluginCache(cache), timeoutMs);
  const load = (path) => loader.load(path);
  const find = ({ actions }, name) => actions.find(({ type, entrypoint }) => actionOptionsOf(type)?.name === name || entrypoint.endsWith(name));
  const call = (plugin, name) => { const { type } = find(plugin, name); return new type().execute(); };
  return { loader, load, find, call };
};
`;

/** Runs the body of a function of \`folders\` and \`tools\` in a Node process of its own: neither the bundler nor hooks work inside jest. */
export function inLoader<T>(body: string, input: object, options: ChildOptions = {}): Promise<T> {
  return runInChild<T>(snippetOf(body), { ...options, input });
}

/** Like {@link inLoader}, for tests of how the process ends. */
export function loaderOutcome<T>(body: string, input: object, options: ChildOptions = {}): Promise<ChildOutcome<T>> {
  return childOutcome<T>(snippetOf(body), { ...options, input });
}

function snippetOf(body: string): string {
  return `${HEAD}\nexport default async (input) => { const { root, cache } = input; const { loader, load, find, call } = tools(input); ${body} };\n`;
}
