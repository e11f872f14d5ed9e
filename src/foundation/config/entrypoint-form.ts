/**
 * Whether two entrypoints name the same thing: `plugin/acts:Train`, `plugin.acts:Train`, `plugin.acts.Train` and
 * `./plugin/acts.ts:Train` all do.
 */
export function isSameEntrypoint(one: string, other: string): boolean {
  const [a, b] = [partsOf(one), partsOf(other)];
  // Where both say which part is the file, `a/b:C.d` and `a/b/C:d` are two things.
  return a.file !== undefined && b.file !== undefined
    ? a.file === b.file && a.symbol === b.symbol
    : flat(a) === flat(b);
}

/** The same text for every form of an entrypoint: what is the same has the same, what has the same is to be compared. */
export function entrypointKey(entrypoint: string): string {
  return flat(partsOf(entrypoint));
}

interface EntrypointParts {
  /** Undefined where the dotted form leaves open where the file's name ends. */
  readonly file: string | undefined;
  readonly symbol: string;
}

function partsOf(entrypoint: string): EntrypointParts {
  const text = entrypoint.trim();
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { file: undefined, symbol: withSlashes(text) };
  const file = text.slice(0, colon).replace(/\.(?:[cm]?[jt]s|[jt]sx|py)$/, '');
  return { file: withSlashes(file), symbol: text.slice(colon + 1) };
}

function withSlashes(path: string): string {
  return path.replace(/^(?:\.[\\/])+/, '').replaceAll(/[.\\]/g, '/');
}

function flat({ file, symbol }: EntrypointParts): string {
  const path = withSlashes(symbol);
  return file === undefined ? path : `${file}/${path}`;
}
