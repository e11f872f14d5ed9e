/** `node bundle-victim.mjs <file>`: victim.mjs and all that it imports of dist/, as one file that starts quickly. */
import { rolldown } from 'rolldown';
import { lazyBuiltins, lazyDateFormat, preferEsmBuilds } from '../../scripts/build/bundle-plugins.mjs';

const bundle = await rolldown({
  input: new URL('victim.mjs', import.meta.url).pathname,
  platform: 'node',
  external: [/^pg(\/|$)/, /^@nestjs\/(microservices|websockets|platform-)/, /^rolldown/, /^typescript$/, /\.node$/],
  plugins: [preferEsmBuilds, lazyBuiltins, lazyDateFormat],
  onwarn: () => undefined,
});
await bundle.write({ file: process.argv[2], format: 'esm', keepNames: true, codeSplitting: false });
await bundle.close();
