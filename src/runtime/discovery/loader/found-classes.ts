import type { ScannedAction, ScannedClass, ScanResult } from '../static-scan/scan-result.js';
import type { ManifestClass } from './plugin-manifest.js';

/** The classes of a plugin that its module is made of, as the scan found them. */
export interface FoundClasses {
  /** Files that hold them: what the compiler starts from. */
  readonly files: readonly string[];
  /** Per file, names of classes that it does not export and that are exported for us. */
  readonly addedExports: ReadonlyMap<string, readonly string[]>;
  /** What the manifest says, once it is known to which compiled file each source file went. */
  readonly place: (
    chunkOf: (file: string) => string,
  ) => Record<'actions' | 'steps' | 'modules' | 'injectables', ManifestClass[]>;
}

/** Export name under which a file's own class becomes visible to us. */
export function hiddenExport(name: string): string {
  return `__synapse_${name}`;
}

export function foundClassesOf({ actions, steps, modules, injectables }: ScanResult): FoundClasses {
  const all = [...actions, ...steps, ...modules, ...injectables];
  const added = new Map<string, string[]>();
  for (const { file, exportPath, localPath } of all) {
    const [outermost] = localPath;
    if (exportPath || outermost === undefined) continue;
    const names = added.get(file) ?? [];
    if (!names.includes(outermost)) added.set(file, [...names, outermost]);
  }
  return {
    files: [...new Set(all.map(({ file }) => file))],
    addedExports: added,
    place: (chunkOf) => {
      const placed = (list: readonly ScannedClass[]): ManifestClass[] => list.map((found) => placeOf(found, chunkOf));
      return {
        actions: placed(actions),
        steps: placed(steps),
        modules: placed(modules),
        injectables: placed(injectables),
      };
    },
  };
}

function placeOf(found: ScannedClass | ScannedAction, chunkOf: (file: string) => string): ManifestClass {
  const [outermost = '', ...inner] = found.localPath;
  const method = 'methodName' in found ? found.methodName : undefined;
  return {
    chunk: chunkOf(found.file),
    exportName: (found.exportPath ?? [hiddenExport(outermost), ...inner]).join('.'),
    entrypoint: found.entrypoint,
    ...(method !== undefined && { method }),
  };
}
