import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildOutcome, childOutcome } from '../../run-in-child.js';

/** Makes a mount that only this process and its children see; it is gone with them. */
const OWN_MOUNTS = ['unshare', '--user', '--map-root-user', '--mount'];

/** Whether a process of this user may have mounts of its own: not in every container. */
export const canMount = spawnSync(OWN_MOUNTS[0] ?? '', [...OWN_MOUNTS.slice(1), 'true']).status === 0;

/** Runs a snippet that gets `{ disk, ...input }`: `disk` is a folder on a disk of so many bytes. */
export async function inSmallSpace<T>(bytes: number, snippet: string, input: object): Promise<ChildOutcome<T>> {
  const disk = mkdtempSync(join(tmpdir(), 'synapse-disk-'));
  try {
    const mount = `mount -t tmpfs -o size=${bytes} none "$0" && exec "$@"`;
    const through = [...OWN_MOUNTS, 'sh', '-c', mount, disk];
    return await childOutcome<T>(snippet, { input: { ...input, disk }, through });
  } finally {
    rmSync(disk, { recursive: true, force: true });
  }
}
