import ignore, { type Ignore } from 'ignore';

/** What an {@link ArchiveFilter} is made of. */
export interface ArchiveFilterOptions {
  /** Patterns of which a file must match one. @defaultValue every file */
  readonly include?: readonly string[];
  /** Patterns of files and folders to leave out, besides the defaults. @defaultValue none */
  readonly exclude?: readonly string[];
  /** Also leaves out {@link ArchiveFilter.DEFAULT_EXCLUDES}. @defaultValue true */
  readonly usesDefaults?: boolean;
  /** Rules as they stand in a .gitignore, in its order and with its meaning. @defaultValue none */
  readonly gitignore?: string | readonly string[];
}

/** Paths after which what is known of them is forgotten: memory must not grow with the number of files. */
const FORGET_AFTER = 10_000;

/**
 * Says which files of a folder belong into an archive.
 *
 * A pattern is that of a .gitignore: `name` at any depth, `/name` at the top, `name/` for folders, `!name` for an exception, `*`, `?`, `[…]`,
 * `**`. In `include` and `exclude`, and there only, a `*` in a pattern with slashes also crosses them: `docs/*.md` has `docs/a/b.md`.
 * Upper and lower case differ. What is in a folder that is left out cannot be brought back.
 */
export class ArchiveFilter {
  /** Folders of tools, caches, builds and version control, and files that a system leaves behind. */
  static readonly DEFAULT_EXCLUDES: readonly string[] = Object.freeze([
    ...[
      '*.egg',
      '*.egg-info',
      '*.log',
      '*.pyc',
      '*.pyd',
      '*.pyo',
      '*.swo',
      '*.swp',
      '.DS_Store',
      '.cache',
      '.coverage',
    ],
    ...['.env', '.git', '.gitattributes', '.gitignore', '.hg', '.idea', '.mypy_cache', '.pytest_cache'],
    ...['.python-version', '.ruff_cache', '.svn', '.tox', '.venv', '.vscode', 'Thumbs.db', '__pycache__', 'build'],
    ...['dist', 'env', 'htmlcov', 'node_modules', 'venv'],
  ]);

  readonly #excluded: Patterns;
  readonly #included: Patterns | undefined;
  /** A .gitignore is apart: its exceptions must not bring back what `exclude` leaves out. */
  readonly #gitignored: Patterns;

  constructor({ include = [], exclude = [], usesDefaults = true, gitignore = [] }: ArchiveFilterOptions = {}) {
    const defaults = usesDefaults ? ArchiveFilter.DEFAULT_EXCLUDES : [];
    this.#excluded = new Patterns([...defaults, ...exclude].flatMap(crossing));
    this.#included = include.length > 0 ? new Patterns(include.flatMap(crossing)) : undefined;
    this.#gitignored = new Patterns(gitignore);
  }

  /** A filter of lists of patterns. */
  static fromPatterns(options: Omit<ArchiveFilterOptions, 'gitignore'> = {}): ArchiveFilter {
    return new ArchiveFilter(options);
  }

  /**
   * Whether a file belongs into the archive.
   *
   * @param path - Relative to the folder, with `/` between its parts.
   */
  shouldInclude(path: string): boolean {
    if (this.#excluded.ignores(path) || this.#gitignored.ignores(path)) return false;
    return this.#included === undefined || this.#included.ignores(path);
  }

  /** Whether a folder may hold files that belong into the archive; others need not be looked into. */
  shouldEnter(folder: string): boolean {
    return !this.#excluded.ignores(`${folder}/`) && !this.#gitignored.ignores(`${folder}/`);
  }
}

/** Patterns that remember few of the paths that were asked for; the package remembers them all. */
class Patterns {
  #rules: Ignore;
  #asked = 0;

  constructor(patterns: string | readonly string[]) {
    this.#rules = ignore({ ignoreCase: false }).add(patterns);
  }

  ignores(path: string): boolean {
    this.#asked += 1;
    if (this.#asked % FORGET_AFTER === 0) this.#rules = ignore({ ignoreCase: false }).add(this.#rules);
    return this.#rules.ignores(path);
  }
}

/** The pattern, and the same with every `*` between slashes as any number of folders. */
function crossing(pattern: string): string[] {
  const [, lead = '', body = '', end = ''] = /^(!?\/?)(.*?)(\/?)$/s.exec(pattern) ?? [];
  if (!body.includes('/') || !/(?<!\*)\*(?!\*)/.test(body)) return [pattern];
  return [pattern, `${lead}${body.replace(/(?<!\*)\*(?!\*)/g, '*/**/*')}${end}`];
}
