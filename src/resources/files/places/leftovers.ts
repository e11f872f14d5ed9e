import { createHash, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, opendir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isOwnerGone, OWNER_PATTERN, OWNER_WORDS } from './owner-words.js';

/** So long nobody may have touched what is of a process that cannot be asked for, before it is taken for left behind. */
const SILENCE_MS = 24 * 3_600_000;
const NAME = new RegExp(`^\\.([0-9a-f]{16})\\.(${OWNER_PATTERN})\\.[0-9a-f]{6}\\.(partial|replaced)$`);
/** What other writers than those of this machine call it, e.g. over SFTP. */
const FOREIGN_NAME = /^\.[0-9a-f]{16}\.partial$/;

/**
 * A name beside `target` that no other process uses. Hidden and short, since a name may have 255 bytes at most; it says whose it is.
 *
 * @param kind - `replaced` for what was at the target, and is put back where its replacement fails.
 */
export function placeBeside(target: string, kind: 'partial' | 'replaced' = 'partial'): string {
  return join(dirname(target), `.${keyOf(target)}.${OWNER_WORDS}.${randomBytes(3).toString('hex')}.${kind}`);
}

/** Whether a name is one of those: what is not whole yet, or was left by a process that died. */
export function isPlaceBeside(name: string): boolean {
  return NAME.test(name) || FOREIGN_NAME.test(name);
}

/** Removes what processes that died have left beside a target, now that it is whole. */
export async function sweepBeside(target: string): Promise<void> {
  const wanted = keyOf(target);
  await sweep(dirname(target), ({ key }) => key === wanted);
}

/** Removes what processes that died have left unfinished in a folder, whatever its target; what was replaced stays. */
export async function sweepFolder(folder: string): Promise<void> {
  await sweep(folder, ({ kind }) => kind === 'partial');
}

/** What the name of something left says of it. */
interface Left {
  readonly key: string;
  readonly owner: string;
  readonly kind: string;
}

/** Best done after a success: what cannot be removed is left, and nobody is told. */
async function sweep(folder: string, isWanted: (left: Left) => boolean): Promise<void> {
  try {
    for await (const { name } of await opendir(folder, { bufferSize: 256 })) {
      const left = leftAs(name);
      if (left === undefined || !isWanted(left)) continue;
      const path = join(folder, name);
      if (isOwnerGone(left.owner, folder) ?? (await isAllSilent(path)))
        await rm(path, { recursive: true, force: true });
    }
  } catch {
    return; // the folder may be gone, or not ours to read
  }
}

function leftAs(name: string): Left | undefined {
  const [, key, owner, kind] = NAME.exec(name) ?? [];
  return key === undefined || owner === undefined || kind === undefined ? undefined : { key, owner, kind };
}

/** A folder's own times stand still while something below it is written. */
async function isAllSilent(path: string): Promise<boolean> {
  const facts = await lstat(path);
  if (!isSilent(facts)) return false;
  if (!facts.isDirectory()) return true;
  for await (const { name } of await opendir(path)) {
    if (!(await isAllSilent(join(path, name)))) return false;
  }
  return true;
}

/** Whether nobody has touched it for so long that whoever made it must be gone. A file may have been given the time of another one, but not when that was. */
export function isSilent({ mtimeMs, ctimeMs }: Pick<Stats, 'mtimeMs' | 'ctimeMs'>): boolean {
  return Date.now() - Math.max(mtimeMs, ctimeMs) > SILENCE_MS;
}

function keyOf(target: string): string {
  return createHash('sha256').update(basename(target)).digest('hex').slice(0, 16);
}
