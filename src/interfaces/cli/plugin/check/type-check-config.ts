import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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

/** What the compiler is given: a project that is there, or settings to be written down. */
export type TypeCheckProject = { readonly file: string } | { readonly config: object };

/**
 * The project for a plugin's sources: its own tsconfig.json where it has one, with the host's packages added that its folder does not
 * have itself; else one that says what the loader compiles. Undefined when the types of Node are nowhere.
 *
 * @param files - Absolute paths of the sources.
 */
export function typeCheckProject(directory: string, files: readonly string[]): TypeCheckProject | undefined {
  const nodeTypes = packageFolder('@types/node', directory);
  if (!nodeTypes) return undefined;
  const paths = missingPackages(directory);
  const own = join(directory, 'tsconfig.json');
  if (!existsSync(own)) {
    const compilerOptions = { ...COMPILER_OPTIONS, types: ['node'], typeRoots: [dirname(nodeTypes)], paths };
    return { config: { compilerOptions, files } };
  }
  if (Object.keys(paths).length === 0) return { file: own };
  return { config: withPackages(own, paths, dirname(nodeTypes)) };
}

/** The plugin's own settings with packages added. What they look up by place is looked up from the file that has it, so it is told again. */
function withPackages(own: string, paths: Record<string, string[]>, nodeTypes: string): object {
  const text = readFileSync(own, 'utf8');
  const directory = dirname(own);
  const hasFiles = /"(?:files|include|extends)"\s*:/.test(text);
  return {
    extends: own,
    compilerOptions: {
      paths,
      ...(!/"typeRoots"\s*:/.test(text) && { typeRoots: typeRootsAbove(directory, nodeTypes) }),
    },
    ...(!hasFiles && { include: [join(directory, '**/*')], exclude: [join(directory, '**/node_modules')] }),
  };
}

/** Every folder of type packages that a compiler in `directory` would look into. */
function typeRootsAbove(directory: string, nodeTypes: string): string[] {
  const places = createRequire(join(directory, 'x.js')).resolve.paths('x') ?? [];
  return [
    ...new Set([...places.map((place) => join(place, '@types')).filter((place) => existsSync(place)), nodeTypes]),
  ];
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
