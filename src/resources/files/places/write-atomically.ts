import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FileWriteError } from '../../../foundation/errors/file.errors.js';
import { SynapseError } from '../../../foundation/errors/synapse.error.js';
import { placeBeside, sweepBeside } from './leftovers.js';
import { syncFile, syncFolders } from './sync-to-disk.js';

/** How a file or folder is written in one step. */
export interface AtomicWriteOptions {
  /** Moves what is whole to its place. @defaultValue `rename` */
  readonly move?: (unfinished: string, place: string) => Promise<void>;
  /** Whether what dead processes have left beside the target is removed at the end, for which the folder is read. @defaultValue true */
  readonly sweeps?: boolean;
  /** Whether a file and its name are on the disk at the end, so that they are there after a loss of power. @defaultValue false */
  readonly durable?: boolean;
}

/**
 * Lets `write` make a file or folder beside `target`, which gets its name when it is whole. A failure leaves what was there, and nothing
 * else; of two that write the same file, the later one wins whole. What a process leaves that is killed meanwhile, the next write of the target removes.
 *
 * @throws {@link FileWriteError} where a system call failed; SynapseErrors of `write` and an abort's reason as they are.
 */
export async function writeAtomically<T>(
  target: string,
  write: (unfinished: string) => Promise<T>,
  { move = rename, sweeps = true, durable = false }: AtomicWriteOptions = {},
): Promise<T> {
  const place = resolve(target);
  const unfinished = placeBeside(place);
  try {
    const made = await mkdir(dirname(place), { recursive: true });
    const result = await write(unfinished);
    if (durable) await syncFile(unfinished);
    await move(unfinished, place);
    if (durable) await syncFolders(dirname(place), made);
    if (sweeps) await sweepBeside(place);
    return result;
  } catch (error) {
    // What cannot be cleared away must not hide why it failed.
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    throw isOfSystem(error) ? FileWriteError.of(place, error) : error;
  }
}

/**
 * Puts text or bytes in place of a file, in one step and down to the disk: after a crash there is the old file or the new one. It does not look for what
 * others have left beside, for it may write one of many small files.
 *
 * @throws {@link FileWriteError} where that fails.
 */
export async function writeFileAtomically(target: string, content: string | Uint8Array): Promise<void> {
  const write = async (unfinished: string): Promise<void> => {
    const file = await open(unfinished, 'wx');
    try {
      await file.writeFile(content);
      await file.datasync();
    } finally {
      await file.close();
    }
  };
  await writeAtomically(target, write, { sweeps: false });
}

/** Whether the operating system said it: its errors name the call that failed. */
export function isOfSystem(error: unknown): boolean {
  return !SynapseError.is(error) && typeof error === 'object' && error !== null && 'syscall' in error;
}
