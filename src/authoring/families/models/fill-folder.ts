import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Lets `fill` put files into a new folder, which gets its name when it is whole. A folder that exists is whole, and left as it is;
 * a failure leaves none, so that the next call does not take an empty folder for a model.
 *
 * @returns Whether `fill` was called.
 */
export async function fillFolder(folder: string, fill: (unfinished: string) => Promise<void>): Promise<boolean> {
  if (existsSync(folder)) return false;
  const unfinished = `${folder}.${randomUUID()}.tmp`;
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(unfinished);
  try {
    await fill(unfinished);
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // somebody else was first, with the same model
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return true;
}
