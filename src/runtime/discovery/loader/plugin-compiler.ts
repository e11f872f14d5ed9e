import { builtinModules } from 'node:module';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { OutputChunk, Plugin, RolldownOutput } from 'rolldown';
import { PluginCompileError } from '../../../foundation/errors/config.errors.js';
import type { ScanResult } from '../static-scan/scan-result.js';
import { compileErrorOf } from './compile-error.js';
import { type FoundClasses, foundClassesOf, hiddenExport } from './found-classes.js';
import { type HostModules, urlOfPath } from './host-modules.js';
import type { ManifestInput, PluginManifest } from './plugin-manifest.js';
import { hashOfFile } from './plugin-sources.js';
import type { PipelineFile } from './pipeline-files.js';
import { sourceMeta } from './source-meta.js';

/** What is compiled, and where to. */
export interface CompileRequest {
  readonly directory: string;
  readonly scan: ScanResult;
  /** Pipelines that files of it export. */
  readonly pipelines: readonly PipelineFile[];
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
export async function compilePlugin(request: CompileRequest): Promise<PluginManifest> {
  const { directory, scan, pipelines, host, outDirectory } = request;
  const found = foundClassesOf(scan);
  const files = [...new Set([...found.files, ...pipelines.map(({ file }) => file)])];
  const input = Object.fromEntries(files.map((file) => [chunkNameOf(file), join(directory, file)]));
  if (files.length === 0) return { actions: [], steps: [], modules: [], injectables: [], pipelines: [], inputs: [] };
  const { rolldown } = await import('rolldown');
  const missing: MissingPackage[] = [];
  try {
    const bundle = await rolldown({
      input,
      cwd: directory,
      platform: 'node',
      logLevel: 'silent',
      tsconfig: false,
      treeshake: false,
      preserveEntrySignatures: 'strict',
      resolve: {
        extensionAlias: { '.js': ['.ts', '.tsx', '.js'], '.mjs': ['.mts', '.mjs'], '.jsx': ['.tsx', '.jsx'] },
      },
      transform: {
        decorator: { legacy: true, emitDecoratorMetadata: true },
        // As the house's own tsconfig has it: fields without a value must not overwrite what a base class set.
        assumptions: { setPublicClassFields: true },
        typescript: { removeClassFieldsWithoutInitializer: true },
      },
      plugins: [externals(host, missing), sourceMeta(), exporting(directory, found)],
    });
    const output = await bundle.write({
      dir: outDirectory,
      format: 'es',
      sourcemap: true,
      // The bundler's own clean-up drops a class behind a top-level `throw`, and then fails on its export instead of on the throw.
      minify: false,
      entryFileNames: '[name].mjs',
      chunkFileNames: 'shared-[hash].mjs',
    });
    await bundle.close();
    const chunkOf = chunksOf(directory, output);
    const placed = pipelines.map(({ file, ...pipeline }) => ({ ...pipeline, chunk: chunkOf(file) }));
    return { ...found.place(chunkOf), pipelines: placed, inputs: otherInputsOf(directory, scan, output) };
  } catch (thrown) {
    const [first] = missing;
    throw first ? missingPackageError(directory, first) : compileErrorOf(directory, thrown);
  }
}

/** `actions/train.ts` is compiled to `actions__train.ts.mjs`: the extension stays, since `a.ts` and `a.mts` may stand side by side. */
function chunkNameOf(file: string): string {
  return file.replaceAll('/', '__');
}

/** An import of a package that is not there. */
interface MissingPackage {
  readonly specifier: string;
  /** Absolute path of the file that imports it. */
  readonly importer: string;
}

function missingPackageError(directory: string, { specifier, importer }: MissingPackage): PluginCompileError {
  const file = relative(directory, importer);
  const [scope = '', name] = specifier.split('/');
  const packageName = specifier.startsWith('@') && name !== undefined ? `${scope}/${name}` : scope;
  return new PluginCompileError(
    `${file}: package '${specifier}' is not installed where the file can find it. Install it in the plugin's folder or in the application, e.g. \`npm install ${packageName}\`.`,
    { details: { package: packageName, file } },
  );
}

/** Leads imports of packages out of the bundle. What is thrown here loses its code on its way through the bundler, so it is noted down. */
function externals(host: HostModules, missing: MissingPackage[]): Plugin {
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
          missing.push({ specifier, importer });
          throw new Error(`Package '${specifier}' is not installed.`);
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
      return {
        code: `${code}\nexport { ${names.map((name) => `${name} as ${hiddenExport(name)}`).join(', ')} };\n`,
        map: null,
      };
    },
  };
}

/** To which compiled file each source file went. */
function chunksOf(directory: string, { output }: RolldownOutput): (file: string) => string {
  const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk' && file.isEntry);
  const chunkOf = new Map(
    chunks.map((chunk) => [
      relative(directory, chunk.facadeModuleId ?? '')
        .split(sep)
        .join('/'),
      chunk.fileName,
    ]),
  );
  return (file) => chunkOf.get(file) ?? '';
}

/** What was compiled in besides the plugin's sources: JSON files, and code from folders that are not its own. */
function otherInputsOf(directory: string, { files }: ScanResult, { output }: RolldownOutput): ManifestInput[] {
  const own = new Set(files.map((file) => join(directory, file)));
  const all = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  return [...new Set(all)]
    .filter((path) => isAbsolute(path) && !own.has(path))
    .map((path) => ({ path, hash: hashOfFile(path) }));
}
