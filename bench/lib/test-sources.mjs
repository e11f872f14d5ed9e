import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const TESTS = new URL('../../test/', import.meta.url).href;

/**
 * Has this process load TypeScript of test/ as it is: Node takes the types out by itself, and `./x.js` there means `./x.ts`. For files that
 * import nothing from src but types.
 */
export function loadTestSources() {
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier.startsWith('.') && context.parentURL?.startsWith(TESTS)) {
        const url = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
        if (existsSync(fileURLToPath(url))) return { url: url.href, format: 'module-typescript', shortCircuit: true };
      }
      return next(specifier, context);
    },
  });
}
