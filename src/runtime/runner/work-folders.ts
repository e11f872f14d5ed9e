import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PruneReport, PruneRequest, RunStore } from '../run-store/run-store.interface.js';

/** Folder in which runs get their working folders: the user's own, since on a shared machine the first user's would be closed to the others. */
export function defaultWorkRoot(): string {
  return join(tmpdir(), `synapse-${process.getuid?.() ?? 'user'}`, 'work');
}

/** Removes finished runs from a store, and what they have left in their working folders, and in those of their pipelines. */
export async function pruneWithFolders(store: RunStore, workRoot: string, request: PruneRequest): Promise<PruneReport> {
  const removed: string[] = [];
  const onRemoved = (ids: readonly string[]): void => {
    removed.push(...ids);
    request.onRemoved?.(ids);
  };
  try {
    return await store.prune({ ...request, onRemoved });
  } finally {
    for (const id of removed) {
      await rm(join(workRoot, id), { recursive: true, force: true });
      await rm(join(workRoot, 'pipelines', id), { recursive: true, force: true });
    }
  }
}
