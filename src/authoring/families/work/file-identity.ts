import { lstat } from 'node:fs/promises';

/**
 * Which file or folder it is, whatever it is called. It survives a rename, and is the same on each host that shares the disk; what another disk has at the
 * same path, or what was put in its place, has another one.
 *
 * The number of the device is no part of it, since each host has its own.
 */
export async function identityOf(path: string): Promise<string> {
  const { ino, birthtimeNs, mtimeNs } = await lstat(path, { bigint: true });
  // A few file systems do not keep when something was made. There, something that was changed afterwards counts as somebody else's.
  return `${ino}:${birthtimeNs > 0n ? birthtimeNs : `changed ${mtimeNs}`}`;
}

/** Whether the file or folder of that identity is at the path. */
export async function isStillThere(path: string, identity: string): Promise<boolean> {
  try {
    return (await identityOf(path)) === identity;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
