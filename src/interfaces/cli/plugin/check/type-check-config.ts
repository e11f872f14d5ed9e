import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SHARED_SPECIFIERS } from '../../../../runtime/discovery/loader/host-modules.js';
import { packageFolder, packageFolderFrom } from './package-folder.js';

const OWN_NAME = 'nest-synapse';

/** The compiler's settings for sources as plugins have them: what the loader compiles, checked strictly. */
const COMPILER_OPTIONS = {
  target: 'ESNext',
  module: 'ESNext',
  moduleResolution: 'bundler',
  moduleDetection: 'force',
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  useDefineForClassFields: false,
  esModuleInterop: true,
  resolveJsonModule: true,
  skipLibCheck: true,
};

/**
 * A tsconfig.json for a plugin's sources: the plugin's own where its folder has one, with the host's packages added that the folder
 * does not have itself. Undefined when the types of Node are nowhere.
 *
 * @param files - Absolute paths of the sources.
 */
export function typeCheckConfig(directory: string, files: readonly string[]): object | undefined {
  const nodeTypes = packageFolder('@types/node', directory);
  if (!nodeTypes) return undefined;
  const own = join(directory, 'tsconfig.json');
  const hasOwn = existsSync(own);
  const paths = missingPackages(directory);
  return {
    ...(hasOwn && { extends: own }),
    compilerOptions: {
      ...(!hasOwn && { ...COMPILER_OPTIONS, types: ['node'], typeRoots: [dirname(nodeTypes)] }),
      ...(Object.keys(paths).length > 0 && { paths }),
      noEmit: true,
    },
    ...(!hasOwn && { files }),
    // Paths in an inherited list are relative to the file that has it; without a list, to this one.
    ...(hasOwn &&
      !hasFileList(own) && { include: [join(directory, '**/*')], exclude: [join(directory, '**/node_modules')] }),
  };
}

function hasFileList(tsconfig: string): boolean {
  return /"(?:files|include|extends)"\s*:/.test(readFileSync(tsconfig, 'utf8'));
}

/** Where the compiler finds the packages that the loader shares with a plugin and that its folder has not got. */
function missingPackages(directory: string): Record<string, string[]> {
  const from = join(directory, 'x.js');
  const names = new Set(SHARED_SPECIFIERS.map(nameOfPackage).filter((name) => !packageFolderFrom(name, from)));
  const paths: Record<string, string[]> = {};
  for (const name of names) {
    if (name === OWN_NAME) Object.assign(paths, ownTypes());
    else {
      const folder = packageFolderFrom(name, import.meta.filename);
      if (folder) Object.assign(paths, { [name]: [folder], [`${name}/*`]: [join(folder, '*')] });
    }
  }
  return paths;
}

function nameOfPackage(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The declarations behind each subpath that this package exports. */
function ownTypes(): Record<string, string[]> {
  const folder = ownFolder();
  if (!folder) return {};
  const { exports } = readManifest(folder);
  return Object.fromEntries(
    Object.entries(exports ?? {}).flatMap(([subpath, target]) =>
      typeof target === 'object' && target.types !== undefined
        ? [[OWN_NAME + subpath.slice(1), [join(folder, target.types)]]]
        : [],
    ),
  );
}

/** This package's folder. Looked up from this file upwards: the bundle lies at another depth than the sources. */
function ownFolder(): string | undefined {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && readManifest(folder).name === OWN_NAME) return folder;
  }
  return undefined;
}

interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, string | { readonly types?: string }>>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
