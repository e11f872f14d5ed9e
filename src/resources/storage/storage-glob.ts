/** Where matches of a pattern can lie, and which keys do match. */
export interface GlobMatcher {
  /** The folder below which every match lies. */
  readonly folder: string;
  matches(key: string): boolean;
}

const MAGIC = /[*?[\]{}()!+@]/;

/** Reads a pattern: `*` and `?` within one part, `**` over parts, `[a-z]`, `{a,b}`. Names that begin with a dot match as others do. */
export async function globMatcher(pattern: string): Promise<GlobMatcher> {
  const { default: picomatch } = await import('picomatch');
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  const firstMagic = parts.findIndex((part) => MAGIC.test(part));
  const folder = firstMagic < 0 ? parts : parts.slice(0, firstMagic);
  // Backslashes are left to quote what is a magic character elsewhere.
  const matches = picomatch(parts.join('/'), { dot: true, windows: false });
  return { folder: folder.join('/'), matches: (key) => matches(key) };
}
