import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { inProject, projectRoot } from '../lib/project.mjs';
import {
  lazyBuiltins,
  lazyDateFormat,
  lazyPhoneNumbers,
  leaveOutUnused,
  packageFolderOf,
  PHONE_NUMBERS_ENTRY,
  PHONE_NUMBERS_PACKAGE,
  preferEsmBuilds,
  refuseSecondBuilds,
} from './bundle-plugins.mjs';
import { filesUnder } from './fingerprint.mjs';
import { sharedEntryName, sharedEntrySource, sharedModules } from './shared-modules.mjs';

/** Native, and needed only for a plugin that is not in the compile cache. */
const NATIVE = /^rolldown(\/|$)/;
/** The user's own: drivers of databases and storages, and what draws. They are loaded when they are asked for, if they are installed. */
const OPTIONAL_PEERS = Object.keys(
  JSON.parse(readFileSync(inProject('package.json'), 'utf8')).peerDependenciesMeta,
).map((name) => new RegExp(`^${name}(/|$)`));
/** Loaded by Nest where the application has them; a CLI run has none. */
const OPTIONAL_PEERS_OF_NEST =
  /^@nestjs\/(microservices|websockets|platform-express|platform-fastify|platform-socket\.io)(\/|$)/;

/**
 * Bundles the CLI with everything it loads, split so that the modules plugins ask for (`shared.json`: specifier → file) are the very
 * instances the CLI itself runs on.
 *
 * @param entries - Entry name → compiled file, e.g. `main` → dist/interfaces/cli/main.js.
 * @param folder - Where the bundle goes; replaced as a whole, so that a half-written bundle never stands there.
 */
export async function buildCliBundle(entries, folder = inProject('dist/cli')) {
  const { rolldown } = await import('rolldown');
  const shared = sharedModules();
  const input = { ...entries, [PHONE_NUMBERS_ENTRY]: PHONE_NUMBERS_PACKAGE };
  for (const [specifier, file] of shared) input[sharedEntryName(specifier)] = file ?? `shared:${specifier}`;
  const bundle = await rolldown({
    input,
    cwd: projectRoot,
    platform: 'node',
    external: [NATIVE, ...OPTIONAL_PEERS, OPTIONAL_PEERS_OF_NEST],
    plugins: [sharedPackageEntries, leaveOutUnused, preferEsmBuilds, lazyPhoneNumbers, lazyBuiltins, lazyDateFormat],
    onwarn: refuseWarning,
  });
  const next = `${folder}.next`;
  rmSync(next, { recursive: true, force: true });
  const { output } = await bundle.write({
    dir: next,
    format: 'esm',
    // Nest reads class names and nest-commander matches options by them.
    keepNames: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  await bundle.close();
  const moduleIds = output.flatMap((chunk) => Object.keys(chunk.modules ?? {}));
  refuseSecondBuilds(moduleIds);
  writeJson(
    join(next, 'shared.json'),
    Object.fromEntries([...shared.keys()].map((name) => [name, `./${sharedEntryName(name)}.js`])),
  );
  writeFileSync(join(next, 'THIRD-PARTY-LICENSES.txt'), thirdPartyNotices(moduleIds));
  swapIn(next, folder);
  return filesUnder(folder).map((file) => relative(projectRoot, file));
}

/** Two renames, so that there is hardly a moment without a bundle, and never half of one. */
function swapIn(next, folder) {
  const previous = `${folder}.previous`;
  rmSync(previous, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  if (existsSync(folder)) renameSync(folder, previous);
  renameSync(next, folder);
  rmSync(previous, { recursive: true, force: true });
}

const sharedPackageEntries = {
  name: 'synapse:shared-package-entries',
  resolveId: (specifier) => (specifier.startsWith('shared:') ? `\0${specifier}` : null),
  load: (id) => (id.startsWith('\0shared:') ? sharedEntrySource(id.slice('\0shared:'.length)) : null),
};

/** Warnings that mean a part of the CLI would fail at run time. Others depend on the machine, such as one about a slow build. */
const FATAL_WARNINGS = [
  'UNRESOLVED_IMPORT',
  'MISSING_EXPORT',
  'IMPORT_IS_UNDEFINED',
  'CANNOT_CALL_NAMESPACE',
  'MISSING_GLOBAL_NAME',
];

function refuseWarning(warning) {
  if (FATAL_WARNINGS.includes(warning.code)) throw new Error(`bundling the CLI: ${warning.message}`);
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** The licences of every package that is now inside the bundle: they ask to be passed on with the code. */
export function thirdPartyNotices(moduleIds) {
  const folders = new Set(moduleIds.map(packageFolderOf));
  const notices = [...folders]
    .filter((folder) => folder !== undefined && existsSync(join(folder, 'package.json')))
    .map(noticeOf);
  return [...new Set(notices)].sort().join(`\n${'-'.repeat(80)}\n\n`);
}

function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const text = texts.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  return `${name} ${version} (${license})\n\n${text || standardTextOf(license, author)}\n`;
}

/** Some packages name their licence and leave its text out: the licence's own words, with the author that the package names. */
function standardTextOf(license, author) {
  if (license !== 'MIT' || !author) return 'The package carries no licence text of its own.';
  const own = readFileSync(join(projectRoot, 'scripts/build/mit-license.txt'), 'utf8').trim();
  return own.replace('<holders>', typeof author === 'string' ? author : author.name);
}
