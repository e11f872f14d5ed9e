import { StorageKeyError } from '../../foundation/errors/storage.errors.js';

const ABSOLUTE_URL = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * The one form of a key: without slashes at its ends, empty parts or `.`; an empty key is the root. Every key that comes in from outside goes
 * through here, so no provider can be led out of its root.
 *
 * @throws {@link StorageKeyError} for `..` in any part, also between backslashes; for an absolute URL, a NUL, or half a surrogate pair.
 */
export function normalizeKey(key: string): string {
  if (key.includes('\0')) throw new StorageKeyError(key, 'it has a NUL in it');
  if (!key.isWellFormed()) throw new StorageKeyError(key, 'it is no valid Unicode');
  if (ABSOLUTE_URL.test(key.replace(/^[/\\]+/, ''))) throw new StorageKeyError(key, 'it is an absolute URL');
  if (key.split(/[/\\]/).includes('..')) throw new StorageKeyError(key, 'it leads out of the root');
  return key
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/**
 * The key of one object: like {@link normalizeKey}, and not the root.
 *
 * @throws {@link StorageKeyError} also for the root.
 */
export function normalizeObjectKey(key: string): string {
  const normal = normalizeKey(key);
  if (normal === '') throw new StorageKeyError(key, 'it names the root, and an object is wanted');
  return normal;
}

/** The folder that a key lies in; the root's is the root. */
export function parentOfKey(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}

/** The last part of a key. */
export function nameOfKey(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** Order of keys in a listing: that of their code points, as object stores have it. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = rankOf(a.charCodeAt(at)) - rankOf(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** UTF-16 has the pairs for high code points before its last units; their order is the other way round. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Whether a key that a storage names is one that it can be asked for. */
export function isPlainKey(key: string): boolean {
  try {
    return key !== '' && normalizeKey(key) === key;
  } catch {
    return false;
  }
}
