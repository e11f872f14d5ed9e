import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { messageOf } from '../../../foundation/errors/synapse.error.js';
import type { ScanError, ScanWarning } from './scan-result.js';
import type { Scope } from './scope.js';
import { mayHoldClasses, SourceModule } from './source-module.js';
import type { LocalModules } from './symbol-resolver.js';
import { detailFor, parseSource, positionOf } from './syntax.js';

/** Most bytes of one file. Larger ones are bundles or data, and their trees would fill the memory. */
const MAX_FILE_BYTES = 5_000_000;
/** Most files outside of the scanned ones that are read to follow imports. */
const MAX_OUTSIDE_FILES = 1_000;

/** Extensions that stand for another in an import, and what is tried for an import without one. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.js'],
  '.mjs': ['.mts', '.mjs'],
  '.jsx': ['.tsx'],
};
const TRIED = [
  '',
  '.ts',
  '.tsx',
  '.mts',
  '.js',
  '.mjs',
  '/index.ts',
  '/index.tsx',
  '/index.mts',
  '/index.js',
  '/index.mjs',
];

/** A file as it was read, or what is wrong with it. */
type ReadFile = SourceModule | { readonly error: ScanError } | { readonly warning: ScanWarning };

/** The files of a plugin, each read and parsed once; files that they import from elsewhere come in when they are asked for. */
export class SourceModules implements LocalModules {
  readonly #root: string;
  readonly #ownPaths: ReadonlySet<string>;
  readonly #read = new Map<string, ReadFile>();
  #outsideFiles = 0;

  /** @param files - The plugin's own files, relative to `root`. */
  constructor(root: string, files: readonly string[]) {
    this.#root = resolve(root);
    this.#ownPaths = new Set(files.map((file) => this.#pathOf(file)));
  }

  /** Reads a file of the plugin. One with a fault is reported, and takes no part in anything. */
  read(
    file: string,
    problems: { readonly errors: ScanError[]; readonly warnings: ScanWarning[] },
  ): SourceModule | undefined {
    const read = this.#load(this.#pathOf(file));
    if (read instanceof SourceModule) return read;
    if (read && 'error' in read) problems.errors.push(read.error);
    if (read && 'warning' in read) problems.warnings.push(read.warning);
    return undefined;
  }

  find(fromPath: string, specifier: string): Scope | undefined {
    const target = resolve(dirname(fromPath), specifier);
    for (const path of candidatesOf(target)) {
      const read = this.#load(path);
      if (read) return read instanceof SourceModule ? read.scope : undefined;
    }
    return undefined;
  }

  #load(path: string): ReadFile | undefined {
    const known = this.#read.get(path);
    if (known) return known;
    if (!this.#ownPaths.has(path)) {
      if (this.#outsideFiles >= MAX_OUTSIDE_FILES || !statSync(path, { throwIfNoEntry: false })?.isFile())
        return undefined;
      this.#outsideFiles += 1;
    }
    const read = readModule(path, relative(this.#root, path).split(sep).join('/'));
    this.#read.set(path, read);
    return read;
  }

  #pathOf(file: string): string {
    return join(this.#root, file);
  }
}

function* candidatesOf(target: string): Generator<string> {
  const extension = /\.[cm]?jsx?$/.exec(target)?.[0] ?? '';
  for (const alias of ALIASES[extension] ?? []) yield target.slice(0, -extension.length) + alias;
  for (const suffix of TRIED) yield target + suffix;
}

function readModule(path: string, file: string): ReadFile {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > MAX_FILE_BYTES) return { warning: tooLarge(file) };
    // The replacement character stands for bytes that are no UTF-8; only then is it worth reading the file again.
    const fault = text.includes('\uFFFD') ? decodeFault(path, file, text) : undefined;
    if (fault) return { error: fault };
    const parsed = parseSource(path, text, mayHoldClasses(text) ? detailFor(text) : 'faults');
    if (!parsed.fault) return new SourceModule(path, file, text, parsed.program);
    return { error: { code: 'syntax', file, ...positionOf(text, parsed.fault.offset), message: parsed.fault.message } };
  } catch (thrown) {
    return {
      error: { code: 'unreadable', file, line: 1, column: 1, message: `The file cannot be read: ${messageOf(thrown)}` },
    };
  }
}

function tooLarge(file: string): ScanWarning {
  return {
    code: 'file_too_large',
    file,
    line: 1,
    column: 1,
    message: `The file is larger than ${MAX_FILE_BYTES} characters and was not looked into. Actions belong into files of their own; keep bundles out of the plugin's folder.`,
  };
}

/** Where the bytes stop being UTF-8. A file may also hold the replacement character itself. */
function decodeFault(path: string, file: string, text: string): ScanError | undefined {
  const bytes = readFileSync(path);
  if (isUtf8(bytes)) return undefined;
  const decoded = Buffer.from(text);
  const firstWrong = bytes.findIndex((byte, index) => byte !== decoded[index]);
  const offset = decoded.subarray(0, firstWrong).toString().length;
  const hint = bytes[0] === 0xff || bytes[0] === 0xfe ? ' It looks like UTF-16.' : '';
  return {
    code: 'undecodable',
    file,
    ...positionOf(text, offset),
    message: `The file is not UTF-8 from here on.${hint} Save it as UTF-8.`,
  };
}
