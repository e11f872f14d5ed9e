/** What the system says of one file; all else, e.g. that too many are open, is of the work as a whole. */
const OF_ONE_FILE = new Set(['EACCES', 'EPERM', 'EIO', 'ENOENT', 'EISDIR', 'ENXIO']);

/** Why a file cannot be read, for the log of problems. @throws what is not about that file. */
export function readFailure(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!OF_ONE_FILE.has(code)) throw error;
  const cure = code === 'EACCES' || code === 'EPERM' ? '; it needs permission to be read' : '';
  return `cannot be read (${code})${cure}`;
}
