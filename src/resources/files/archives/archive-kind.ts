import { closeSync, openSync, readSync } from 'node:fs';
import { ArchiveFormat } from './archive-options.js';

/** The kind of archive that a file begins like; undefined for one that begins like none. */
export function archiveKindOf(path: string): ArchiveFormat | undefined {
  const first = Buffer.alloc(2);
  const file = openSync(path, 'r');
  try {
    readSync(file, first, 0, 2, 0);
  } finally {
    closeSync(file);
  }
  if (first.toString('latin1') === 'PK') return ArchiveFormat.Zip;
  return first.readUInt16BE(0) === 0x1f8b ? ArchiveFormat.TarGz : undefined;
}
