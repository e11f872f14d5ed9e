import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SftpFolders } from './sftp-folders.js';
import type { SftpPool } from './sftp-pool.js';
import { putBack } from './sftp-rename.js';
import type { SftpSession } from './sftp-session.js';
import { writePieces } from './sftp-streams.js';

const NO_SUCH_FILE = 2;
/** How long a failed write waits for its remains to be removed. */
const CLEAR_LIMIT_MS = 2_000;

/** A hidden name beside a file that nobody else uses. */
export function nameBeside(path: string): string {
  return `${posix.dirname(path)}/.${randomBytes(8).toString('hex')}.partial`;
}

/** Opens a file that is not there yet, in a folder that may not be there yet. */
export async function openNew(session: SftpSession, folders: SftpFolders, path: string): Promise<Buffer> {
  const open = (): Promise<Buffer> => session.ask<Buffer>((wire, answer) => wire.open(path, 'wx', answer));
  try {
    return await open();
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code !== NO_SUCH_FILE) throw thrown;
    await folders.make(posix.dirname(path));
    return open();
  }
}

/** Writes bytes from a place of an open file to its end, and closes it, also where that fails. */
export async function writeAndClose(
  session: SftpSession,
  handle: Buffer,
  content: { readonly bytes: AsyncIterable<Uint8Array>; readonly start: number },
): Promise<void> {
  try {
    await writePieces(session, handle, content);
  } catch (thrown) {
    await closeHandle(session, handle).catch(() => undefined);
    throw thrown;
  }
  await closeHandle(session, handle);
}

export function closeHandle(session: SftpSession, handle: Buffer): Promise<void> {
  return session.ask<void>((wire, answer) => wire.close(handle, (error) => answer(error, undefined)));
}

/**
 * Takes away what a failed write has left, and puts back what it had set aside, on whatever connection there is: that which wrote may be gone.
 * What cannot be cleared away must not hide why it failed, nor delay it for long.
 */
export async function clearAfterFailure(
  pool: SftpPool,
  { unfinished, path }: { readonly unfinished?: string; readonly path?: string },
): Promise<void> {
  const cleared = pool.use(async (session) => {
    if (path !== undefined) await putBack(session, path);
    if (unfinished === undefined) return;
    await session.ask<void>((wire, answer) => wire.unlink(unfinished, (error) => answer(error, undefined)));
  });
  await Promise.race([cleared.catch(() => undefined), sleep(CLEAR_LIMIT_MS, undefined, { ref: false })]);
}
