import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Returns when the bytes of a file are on the disk. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r'); // it may have been made read-only
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Returns when the names in a folder are on the disk, where the system can do that.
 *
 * @param made - The uppermost folder that was made just now: the names of folders must be there too.
 */
export async function syncFolders(folder: string, made?: string): Promise<void> {
  await syncFolder(folder);
  if (made === undefined) return;
  for (let at = folder; at.length >= made.length; at = dirname(at)) await syncFolder(dirname(at));
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
