// Before all packages: they are imported at once, and those of Nest must not run before it has.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { inProject } from '../lib/project.mjs';

/** Subpaths of the peers that Nest's own packages import from each other; a second copy of these would break injection. */
const PEER_SUBPATHS = ['@nestjs/common/internal', '@nestjs/core/internal', 'rxjs/operators'];

/**
 * What a plugin must get from the CLI itself instead of loading a second copy: this package's public surfaces and its peers.
 *
 * @returns specifier → file to bundle, `undefined` for packages.
 */
export function sharedModules() {
  const { name, exports, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(inProject('package.json'), 'utf8'),
  );
  // What may be missing is used as a program, not shared as a module.
  const required = Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta?.[peer]?.optional);
  const own = Object.entries(exports)
    // The test kit belongs into tests, which run without the CLI.
    .filter(([subpath, target]) => typeof target === 'object' && subpath !== './testing')
    .map(([subpath, target]) => [name + subpath.slice(1), inProject(target.default)]);
  const peers = [...required, ...PEER_SUBPATHS].map((specifier) => [specifier, undefined]);
  return new Map([...own, ...peers]);
}

/** Names that Node adds to, or finds in, the exports of a CommonJS package. */
const NOT_AN_EXPORT = ['default', 'module.exports', '__esModule'];

/** Entry name of a shared module: `@nestjs/common` → `shared/nestjs-common`. */
export const sharedEntryName = (specifier) => `shared/${specifier.replace('@', '').replaceAll('/', '-')}`;

/**
 * Source of an entry that re-exports everything `specifier` exports on plain Node, by name. Names are read from the real
 * package: a CommonJS package has no export list to go by, and the bundler stops if the file it picked lacks one of them.
 */
export async function sharedEntrySource(specifier) {
  const real = await import(specifier);
  const names = Object.keys(real).filter((name) => !NOT_AN_EXPORT.includes(name));
  const lines = [`import * as everything from ${JSON.stringify(specifier)};`];
  if (names.length > 0) lines.push(`export { ${names.join(', ')} } from ${JSON.stringify(specifier)};`);
  if ('default' in real) lines.push('export default everything;');
  return lines.join('\n');
}
