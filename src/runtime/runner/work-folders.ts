import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folder in which runs get their working folders: the user's own, since on a shared machine the first user's would be closed to the others. */
export function defaultWorkRoot(): string {
  return join(tmpdir(), `synapse-${process.getuid?.() ?? 'user'}`, 'work');
}

/** Removes what runs that are gone have left in their working folders, and in those of their pipelines. */
export async function removeWorkFolders(workRoot: string, runIds: readonly string[]): Promise<void> {
  for (const id of runIds) {
    await rm(join(workRoot, id), { recursive: true, force: true });
    await rm(join(workRoot, 'pipelines', id), { recursive: true, force: true });
  }
}
