import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FileWriteError } from '../../../foundation/errors/file.errors.js';
import { SynapseError } from '../../../foundation/errors/synapse.error.js';

/** A name beside `target` that no other process uses. Hidden and short, since a name may have 255 bytes at most. */
export function placeBeside(target: string): string {
  return join(dirname(target), `.${randomBytes(8).toString('hex')}.partial`);
}

/** Whether a name is one of those: what is not whole yet, or was left by a process that died. */
export function isPlaceBeside(name: string): boolean {
  return /^\.[0-9a-f]{16}\.partial$/.test(name);
}

/**
 * Lets `write` make a file or folder beside `target`, which gets its name when it is whole. A failure leaves what was there, and nothing
 * else; of two that write the same file, the later one wins whole.
 *
 * @param move - Moves what is whole to its place.
 * @throws {@link FileWriteError} where a system call failed; SynapseErrors of `write` and an abort's reason as they are.
 */
export async function writeAtomically<T>(
  target: string,
  write: (unfinished: string) => Promise<T>,
  move: (unfinished: string, place: string) => Promise<void> = rename,
): Promise<T> {
  const place = resolve(target);
  const unfinished = placeBeside(place);
  try {
    await mkdir(dirname(place), { recursive: true });
    const result = await write(unfinished);
    await move(unfinished, place);
    return result;
  } catch (error) {
    // What cannot be cleared away must not hide why it failed.
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    throw isOfSystem(error) ? FileWriteError.of(place, error) : error;
  }
}

/**
 * Puts text or bytes in place of a file, in one step and down to the disk: after a crash there is the old file or the new one.
 *
 * @throws {@link FileWriteError} where that fails.
 */
export async function writeFileAtomically(target: string, content: string | Uint8Array): Promise<void> {
  await writeAtomically(target, async (unfinished) => {
    const file = await open(unfinished, 'wx');
    try {
      await file.writeFile(content);
      await file.datasync();
    } finally {
      await file.close();
    }
  });
}

/** Whether the operating system said it: its errors name the call that failed. */
export function isOfSystem(error: unknown): boolean {
  return !SynapseError.is(error) && typeof error === 'object' && error !== null && 'syscall' in error;
}
