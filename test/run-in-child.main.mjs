/** The far side of run-in-child.ts: compiles the repository's TypeScript as it is imported, runs one snippet, answers, and ends. */
import { transformSync } from '@swc/core';
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url).href;
const SNIPPET = `${ROOT}snippet.ts`;
/** The package's own name leads to its sources, so that a test never meets two copies of a class. */
const OWN_NAMES = {
  'nest-synapse': 'src/index.ts',
  'nest-synapse/errors': 'src/foundation/errors/index.ts',
  'nest-synapse/testing': 'src/interfaces/testing/index.ts',
};

const { snippet, input } = await new Promise((resolve) => process.once('message', resolve));
registerHooks({ resolve: resolveSource, load: loadSource });
process.send(await answer());
process.disconnect();

async function answer() {
  try {
    const { default: run } = await import(SNIPPET);
    const value = await (typeof run === 'function' ? run(input) : run);
    // What has no JSON form is null on the other side, not a missing answer.
    return { value: value === undefined ? null : value };
  } catch (thrown) {
    return { error: errorOf(thrown) };
  }
}

function errorOf(thrown) {
  if (!(thrown instanceof Error)) return { name: 'NonError', message: String(thrown) };
  const facts =
    typeof thrown.toJSON === 'function'
      ? thrown.toJSON()
      : { name: thrown.name, message: thrown.message, code: thrown.code };
  return { ...facts, stack: thrown.stack };
}

function resolveSource(specifier, context, next) {
  if (specifier === SNIPPET) return found(SNIPPET);
  if (specifier in OWN_NAMES) return found(ROOT + OWN_NAMES[specifier]);
  if (specifier.startsWith('.') && specifier.endsWith('.js') && isSource(context.parentURL)) {
    const url = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(url)) return found(url.href);
  }
  return next(specifier, context);
}

function loadSource(url, context, next) {
  if (!isSource(url)) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = transformSync(url === SNIPPET ? snippet : readFileSync(filename, 'utf8'), {
    filename,
    swcrc: false,
    configFile: false,
    sourceMaps: 'inline',
    module: { type: 'nodenext' },
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      keepClassNames: true,
    },
  });
  return { format: 'module', source: code, shortCircuit: true };
}

function isSource(url) {
  return url?.startsWith(ROOT) === true && url.endsWith('.ts') && !url.includes('/node_modules/');
}

function found(url) {
  return { url, format: 'module', shortCircuit: true };
}
