import { createRequire } from 'node:module';
import { inProject } from '../lib/project.mjs';

const require = createRequire(import.meta.url);
const VIRTUAL = '\0synapse:';

/**
 * Packages with an ESM build that their Node entry hides: the bundler joins those into one scope, where CommonJS keeps
 * a wrapper per file that runs on load.
 */
const ESM_BUILDS = {
  rxjs: 'rxjs/dist/esm/index.js',
  'rxjs/operators': 'rxjs/dist/esm/operators/index.js',
  'class-validator': 'class-validator/esm2015/index.js',
  'class-transformer': 'class-transformer/esm2015/index.js',
  // The schemas read what decorators stored; in the other build it would be another, empty store.
  'class-transformer/cjs/storage.js': 'class-transformer/esm2015/storage.js',
};

export const preferEsmBuilds = {
  name: 'synapse:prefer-esm-builds',
  resolveId: (specifier) => (specifier in ESM_BUILDS ? inProject('node_modules', ESM_BUILDS[specifier]) : null),
};

/** Where a second copy of such a package would come from; with both in the bundle, one would not know what the other stored. */
const SECOND_BUILD =
  /node_modules\/(rxjs\/dist\/(?!esm\/)|class-validator\/(?!esm2015\/)|class-transformer\/(?!esm2015\/))/;

/** @throws when a module came from the build of a package that the others did not come from. */
export function refuseSecondBuilds(moduleIds) {
  const strays = moduleIds.filter((id) => SECOND_BUILD.test(id));
  if (strays.length > 0)
    throw new Error(`bundled from two builds of one package, add to ESM_BUILDS: ${strays.join(', ')}`);
}

/** What nest-commander imports for features this CLI does not have (prompts, plugins by configuration file, Fig specs), and calls there. */
const UNUSED_BY_THE_CLI = {
  inquirer: 'prompt',
  cosmiconfig: 'cosmiconfig',
  '@fig/complete-commander': 'addCompletionSpecCommand',
};

/** Leaves out packages the CLI never calls; together they are four times the rest. A call, should one ever come, says so. */
export const leaveOutUnused = {
  name: 'synapse:leave-out-unused',
  resolveId: (specifier) => (specifier in UNUSED_BY_THE_CLI ? `${VIRTUAL}unused/${specifier}` : null),
  load(id) {
    if (!id.startsWith(`${VIRTUAL}unused/`)) return null;
    const name = id.slice(`${VIRTUAL}unused/`.length);
    return `export function ${UNUSED_BY_THE_CLI[name]}() {
      throw new Error(${JSON.stringify(`'${name}' is not part of the synapse command line.`)});
    }`;
  },
};

/**
 * Importing one of these costs 2-50 ms, because an import reads every export, and some are made when they are read: `http` loads all of
 * fetch, `fs` its promises. Few runs need them.
 */
const SLOW_BUILTINS =
  /^(?:node:)?(http|https|http2|crypto|tls|net|zlib|child_process|repl|readline|inspector|worker_threads|fs|fs\/promises|util)$/;

/** Loads slow modules of Node's at the first use of one of their exports. */
export const lazyBuiltins = {
  name: 'synapse:lazy-builtins',
  resolveId(specifier) {
    const match = SLOW_BUILTINS.exec(specifier);
    return match ? `${VIRTUAL}builtin/${match[1]}.cjs` : null;
  },
  load(id) {
    if (!id.startsWith(`${VIRTUAL}builtin/`)) return null;
    const name = id.slice(`${VIRTUAL}builtin/`.length, -'.cjs'.length);
    const getters = Object.keys(require(name)).map((key) => `get ${key}() { return real().${key}; }`);
    return `let loaded;
      const real = () => (loaded ??= process.getBuiltinModule(${JSON.stringify(name)}));
      module.exports = { ${getters.join(', ')} };`;
  },
};

/** Nest makes a date formatter on load, which reads 20 ms of locale data; only a printed log line needs it. */
export const lazyDateFormat = {
  name: 'synapse:lazy-date-format',
  transform(code, id) {
    if (!id.includes('/@nestjs/common/') || !code.includes('Intl.DateTimeFormat')) return null;
    const lazy = code.replace(
      /^const (\w+) = (new Intl\.DateTimeFormat\([^;]*\));$/m,
      'let $1Made; const $1 = { format: (date) => ($1Made ??= $2).format(date) };',
    );
    if (lazy === code) throw new Error(`${id} makes its date formatter in a new way: adapt lazyDateFormat`);
    return { code: lazy, map: null };
  },
};

/** The phone number tables are half of class-validator; `@IsPhoneNumber` loads them at its first check. */
/** Its file lies beside the folder of the chunks, one of which asks for it. */
export const PHONE_NUMBERS_ENTRY = 'lazy/phone-numbers';
export const PHONE_NUMBERS_PACKAGE = 'libphonenumber-js/max';

export const lazyPhoneNumbers = {
  name: 'synapse:lazy-phone-numbers',
  resolveId: (specifier, importer) =>
    specifier === PHONE_NUMBERS_PACKAGE && importer?.includes('/class-validator/') ? `${VIRTUAL}phone-numbers` : null,
  load: (id) =>
    id === `${VIRTUAL}phone-numbers`
      ? `let real;
        export function parsePhoneNumber(...input) {
          real ??= process.getBuiltinModule('module').createRequire(import.meta.url)('../${PHONE_NUMBERS_ENTRY}.js');
          return real.parsePhoneNumber(...input);
        }`
      : null,
};

/** Names packages by folder, for the notices that come with them. */
export const packageFolderOf = (moduleId) => {
  const match = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(moduleId);
  return match ? match[1] : undefined;
};
