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
};

export const preferEsmBuilds = {
  name: 'synapse:prefer-esm-builds',
  resolveId: (specifier) => (specifier in ESM_BUILDS ? inProject('node_modules', ESM_BUILDS[specifier]) : null),
};

/** What nest-commander imports for features this CLI does not have: prompts, plugins by configuration file, Fig specs. */
const UNUSED_BY_THE_CLI = ['inquirer', 'cosmiconfig', '@fig/complete-commander'];

/** Leaves out packages the CLI never calls; together they are four times the rest. A call, should one ever come, says so. */
export const leaveOutUnused = {
  name: 'synapse:leave-out-unused',
  resolveId: (specifier) => (UNUSED_BY_THE_CLI.includes(specifier) ? `${VIRTUAL}unused/${specifier}.cjs` : null),
  load(id) {
    if (!id.startsWith(`${VIRTUAL}unused/`)) return null;
    const name = id.slice(`${VIRTUAL}unused/`.length, -'.cjs'.length);
    return `const refuse = () => { throw new Error(${JSON.stringify(`'${name}' is not part of the synapse command line.`)}); };
      module.exports = new Proxy(refuse, { get: (_target, key) => (key === '__esModule' || typeof key === 'symbol' ? undefined : refuse) });`;
  },
};

/** Importing one of these costs 4-50 ms (importing `http` as a module alone loads all of fetch), and few runs need them. */
const SLOW_BUILTINS =
  /^(?:node:)?(http|https|http2|crypto|tls|net|zlib|child_process|repl|readline|inspector|worker_threads)$/;

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
          real ??= process.getBuiltinModule('module').createRequire(import.meta.url)('./${PHONE_NUMBERS_ENTRY}.js');
          return real.parsePhoneNumber(...input);
        }`
      : null,
};

/** Names packages by folder, for the notices that come with them. */
export const packageFolderOf = (moduleId) => {
  const match = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(moduleId);
  return match ? match[1] : undefined;
};
