import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildOutcome, childOutcome } from '../../run-in-child.js';

/** Makes a mount that only this process and its children see; it is gone with them. */
const OWN_MOUNTS = ['unshare', '--user', '--map-root-user', '--mount'] as const;

/** Whether a process of this user may make one: not in every container. */
export const canMount =
  spawnSync(OWN_MOUNTS[0], [...OWN_MOUNTS.slice(1), 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;
if (!canMount) {
  process.stderr.write("Skipped: files on a disk that fills up. This user may not mount a small disk by 'unshare'.\n");
}

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
