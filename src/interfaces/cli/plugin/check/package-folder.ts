import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The folder of an installed package, as a file in `directory` finds it, else as this package does; undefined when neither can. */
export function packageFolder(name: string, directory: string): string | undefined {
  return packageFolderFrom(name, join(directory, 'x.js')) ?? packageFolderFrom(name, import.meta.filename);
}

/** The folder of an installed package as `file` finds it, whatever the package lets others import. */
export function packageFolderFrom(name: string, file: string): string | undefined {
  const places = createRequire(file).resolve.paths(name) ?? [];
  return places.map((place) => join(place, name)).find((folder) => existsSync(join(folder, 'package.json')));
}
