import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigWriteError } from '../errors/config.errors.js';
import { messageOf } from '../errors/synapse.error.js';

/**
 * Writes a configuration file whole or not at all: beside its place first, then moved there. Keeps the permissions of the
 * file it replaces, and follows a link instead of replacing it.
 *
 * @throws {@link ConfigWriteError} when it cannot be written; what was there is unharmed.
 */
export async function writeConfigFile(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const beside = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  try {
    const mode = await stat(target).then(
      (found) => found.mode & 0o777,
      () => 0o644,
    );
    const file = await open(beside, 'wx', mode);
    try {
      await file.chmod(mode); // the process's mask may have taken permissions away
      await file.writeFile(text, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new ConfigWriteError(path, messageOf(error), { cause: error });
  }
}
