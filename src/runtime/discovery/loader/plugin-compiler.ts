import { builtinModules } from 'node:module';
import { join, relative, sep } from 'node:path';
import type { OutputChunk, Plugin, RolldownOutput } from 'rolldown';
import { PluginCompileError } from '../../../foundation/errors/config.errors.js';
import type { ScanResult } from '../static-scan/scan-result.js';
import { compileErrorOf } from './compile-error.js';
import { type FoundClasses, foundClassesOf, hiddenExport } from './found-classes.js';
import { type HostModules, urlOfPath } from './host-modules.js';
import type { PluginManifest } from './plugin-manifest.js';

/** What is compiled, and where to. */
export interface CompileRequest {
  readonly directory: string;
  readonly scan: ScanResult;
  readonly host: HostModules;
  /** Folder that gets the compiled files. */
  readonly outDirectory: string;
}

const BUILTINS = new Set(builtinModules);

/**
 * Compiles a plugin folder to ES modules.
 *
 * Each file with something decorated becomes a module of its own, code that they share is split off. Shared packages lead to
 * the host's instances, other packages to where Node finds them from the importing file; neither is copied in.
 *
 * @throws {@link PluginCompileError} with file, line and column for source that does not compile or an import that leads nowhere.
 */
export async function compilePlugin({ directory, scan, host, outDirectory }: CompileRequest): Promise<PluginManifest> {
  const found = foundClassesOf(scan);
  const input = Object.fromEntries(found.files.map((file) => [chunkNameOf(file), join(directory, file)]));
  if (found.files.length === 0) return { actions: [], steps: [], modules: [], injectables: [] };
  const { rolldown } = await import('rolldown');
  try {
    const bundle = await rolldown({
      input,
      cwd: directory,
      platform: 'node',
      logLevel: 'silent',
      tsconfig: false,
      treeshake: false,
      preserveEntrySignatures: 'strict',
      resolve: { extensionAlias: { '.js': ['.ts', '.tsx', '.js'], '.mjs': ['.mts', '.mjs'], '.jsx': ['.tsx', '.jsx'] } },
      transform: {
        decorator: { legacy: true, emitDecoratorMetadata: true },
        // As the house's own tsconfig has it: fields without a value must not overwrite what a base class set.
        assumptions: { setPublicClassFields: true },
        typescript: { removeClassFieldsWithoutInitializer: true },
      },
      plugins: [externals(host), exporting(directory, found)],
    });
    const output = await bundle.write({
      dir: outDirectory,
      format: 'es',
      sourcemap: true,
      entryFileNames: '[name].mjs',
      chunkFileNames: 'shared-[hash].mjs',
    });
    await bundle.close();
    return manifestOf(directory, found, output);
  } catch (thrown) {
    throw compileErrorOf(directory, thrown);
  }
}

/** `actions/train.ts` is compiled to `actions__train.ts.mjs`: the extension stays, since `a.ts` and `a.mts` may stand side by side. */
function chunkNameOf(file: string): string {
  return file.replaceAll('/', '__');
}

/** Leads imports of packages out of the bundle. */
function externals(host: HostModules): Plugin {
  return {
    name: 'synapse:externals',
    resolveId: {
      order: 'pre',
      async handler(specifier, importer) {
        if (importer === undefined || specifier.startsWith('.') || specifier.startsWith('/')) return null;
        if (specifier.startsWith('node:') || BUILTINS.has(specifier)) return { id: specifier, external: true };
        const shared = host.urlOf(specifier);
        if (shared !== undefined) return { id: shared, external: true };
        const resolved = await this.resolve(specifier, importer, { skipSelf: true });
        if (!resolved) {
          throw new PluginCompileError(
            `Package '${specifier}' is not installed where ${importer} can find it. Install it in the plugin's folder or in the application.`,
            { details: { package: specifier, file: importer } },
          );
        }
        return { id: urlOfPath(resolved.id), external: true };
      },
    },
  };
}

/** Adds exports for decorated classes that their file keeps to itself; text at the end moves no line. */
function exporting(directory: string, found: FoundClasses): Plugin {
  return {
    name: 'synapse:exports',
    transform(code, id) {
      const names = found.addedExports.get(relative(directory, id).split(sep).join('/'));
      if (!names) return null;
      return { code: `${code}\nexport { ${names.map((name) => `${name} as ${hiddenExport(name)}`).join(', ')} };\n`, map: null };
    },
  };
}

function manifestOf(directory: string, found: FoundClasses, { output }: RolldownOutput): PluginManifest {
  const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk' && file.isEntry);
  const chunkOf = new Map(
    chunks.map((chunk) => [relative(directory, chunk.facadeModuleId ?? '').split(sep).join('/'), chunk.fileName]),
  );
  return found.place((file) => chunkOf.get(file) ?? '');
}
