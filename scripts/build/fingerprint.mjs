import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectRoot } from '../lib/project.mjs';

/**
 * One digest over the names and bytes of files. Folders are walked; a path that does not exist counts as absent, so that
 * its appearing changes the digest.
 *
 * @param paths - Absolute files or folders.
 * @param salt - Anything else the result depends on.
 */
export function fingerprint(paths, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const path of paths) {
    if (!existsSync(path)) hash.update(`absent\0${path}\0`);
    else
      for (const file of filesUnder(path)) hash.update(`${relative(projectRoot, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Every file under `path` in a fixed order, or the file itself. */
export function filesUnder(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(path, entry.name)) : [join(path, entry.name)]));
}
