import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { SftpSession } from './sftp-session.js';

/** How often somebody else may write the same name between two requests. */
const MAX_TURNS = 4;

/**
 * Gives a file its name, in place of what has it. In one step where the server can (`posix-rename@openssh.com`). SFTP itself renames to a free name only: there
 * what has the name is set aside first, hidden, and removed at the end. Where that fails in the middle, {@link putBack} puts it back.
 */
export async function renameOver(session: SftpSession, from: string, to: string): Promise<void> {
  try {
    await session.ask<void>((wire, answer) => wire.ext_openssh_rename(from, to, (error) => answer(error, undefined)));
  } catch (thrown) {
    // An answer has a number, a lost connection a word: this was never asked, since the server does not know the request.
    if ((thrown as { code?: unknown }).code !== undefined) throw thrown;
    await renameInSteps(session, from, to);
  }
}

/** Gives back its name to what {@link renameOver} has set aside, where nothing else has it by now; says nothing where there is no such thing. */
export async function putBack(session: SftpSession, path: string): Promise<void> {
  await rename(session, asideOf(path), path).catch(() => undefined);
}

async function renameInSteps(session: SftpSession, from: string, to: string): Promise<void> {
  const aside = asideOf(to);
  for (let turn = 1; ; turn++) {
    try {
      await rename(session, from, to);
      break;
    } catch (thrown) {
      if (turn === MAX_TURNS || !(await hasFile(session, to))) throw thrown;
      await remove(session, aside); // of one that was interrupted: what has the name by now is newer
      await rename(session, to, aside);
    }
  }
  await remove(session, aside);
}

/** Found again by whoever writes the same name next, and not listed. */
function asideOf(path: string): string {
  const digest = createHash('sha256').update(posix.basename(path)).digest('hex').slice(0, 16);
  return `${posix.dirname(path)}/.${digest}.partial`;
}

function rename(session: SftpSession, from: string, to: string): Promise<void> {
  return session.ask<void>((wire, answer) => wire.rename(from, to, (error) => answer(error, undefined)));
}

async function remove(session: SftpSession, path: string): Promise<void> {
  try {
    await session.ask<void>((wire, answer) => wire.unlink(path, (error) => answer(error, undefined)));
  } catch (thrown) {
    if (!isAnswer(thrown)) throw thrown; // where there is nothing, all is well
  }
}

/** A folder keeps its name, as it does in one step. */
async function hasFile(session: SftpSession, path: string): Promise<boolean> {
  try {
    const facts = await session.ask<{ isDirectory(): boolean }>((wire, answer) => wire.lstat(path, answer));
    return !facts.isDirectory();
  } catch (thrown) {
    if (!isAnswer(thrown)) throw thrown;
    return false;
  }
}

/** Whether the server said it, with one of its numbers. */
function isAnswer(thrown: unknown): boolean {
  return typeof (thrown as { code?: unknown }).code === 'number';
}
