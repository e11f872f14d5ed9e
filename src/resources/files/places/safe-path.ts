import { isAbsolute, join, resolve, sep } from 'node:path';
import { PathEscapeError } from '../../../foundation/errors/file.errors.js';

/**
 * `path` below `root`, where it cannot lead out: no absolute path, no `..`, no NUL, no drive.
 *
 * It looks at the words only: links that lie on the disk are the caller's business.
 *
 * @throws {@link PathEscapeError} for any other path.
 */
export function joinInside(root: string, path: string): string {
  const joined = resolve(root, path);
  const base = resolve(root);
  const isInside = joined === base || joined.startsWith(base.endsWith(sep) ? base : base + sep);
  if (!isInside || isAbsolute(path) || path.includes('\0') || hasUpwardPart(path))
    throw new PathEscapeError(path, root);
  return join(base, path);
}

/** Windows reads both slashes, and a path made there may be used here. */
function hasUpwardPart(path: string): boolean {
  return path.split(/[/\\]/).includes('..') || /^[a-zA-Z]:/.test(path);
}
