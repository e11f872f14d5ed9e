import type { ClassNode, Expression, MethodNode, StatementOf } from './syntax.js';

/** The file that names stand in. */
export interface SourceFile {
  /** Absolute path. */
  readonly path: string;
  /** Relative to the plugin's folder, with `/`. */
  readonly file: string;
  readonly text: string;
  /** A method of the file, with the types of its parameters. */
  typed(node: MethodNode): MethodNode;
}

/** A class, where it stands, and how to get to it. One per class in the source. */
export interface ClassDeclaration {
  readonly node: ClassNode;
  /** Where its own decorators, base and members look names up. */
  readonly scope: Scope;
  readonly name: string;
  /** See {@link ScannedClass.localPath}. */
  readonly localPath: readonly string[];
}

/** What a name of a file or namespace stands for. Names that are assigned at run time are `opaque`. */
export type Binding =
  /** `imported` is `*` for the module as a whole. */
  | { readonly kind: 'import'; readonly source: string; readonly imported: string }
  | { readonly kind: 'class'; readonly declaration: ClassDeclaration }
  /** `members` are the names taken out of the value by a pattern. */
  | { readonly kind: 'const'; readonly value: Expression; readonly members: readonly string[] }
  | { readonly kind: 'enum'; readonly node: StatementOf<'TSEnumDeclaration'> }
  | { readonly kind: 'namespace'; readonly scope: Scope }
  /** `import A = sdk.Action` */
  | { readonly kind: 'alias'; readonly path: readonly string[] }
  | { readonly kind: 'opaque' };

/** What an exported name leads to: a name of the scope itself, or one of another file. */
export type ExportTarget =
  { readonly local: string } | { readonly source: string; readonly imported: string } | { readonly value: Expression };

/** The names of a file's top level, or of a namespace. */
export class Scope {
  readonly bindings = new Map<string, Binding>();
  readonly exports = new Map<string, ExportTarget>();
  /** Files whose exports are handed on by `export *`. */
  readonly starExports: string[] = [];
  /** Classes that stand directly in this scope, in order of position. */
  readonly classes: ClassDeclaration[] = [];
  readonly namespaces: Scope[] = [];

  constructor(
    readonly source: SourceFile,
    /** Names of the namespaces around; empty at the top of a file. */
    readonly path: readonly string[] = [],
    readonly parent?: Scope,
  ) {}

  /** Names that lead from the file's exports to what this scope calls `name`; null when it is kept in the file. */
  exportPathOf(name: string): readonly string[] | null {
    const exported = this.#exportedAs(name);
    if (exported === undefined) return null;
    if (!this.parent) return [exported];
    const outer = this.parent.exportPathOf(this.path.at(-1) ?? '');
    return outer && [...outer, exported];
  }

  /** Whether every namespace around lets `name` out, so that it can be reached from the top of the file. */
  isReachable(name: string): boolean {
    if (!this.parent) return true;
    const reachable = this.#exportedAs(name) !== undefined;
    return reachable && this.parent.isReachable(this.path.at(-1) ?? '');
  }

  #exportedAs(name: string): string | undefined {
    const own = this.exports.get(name);
    if (own && 'local' in own && own.local === name) return name;
    for (const [key, target] of this.exports) {
      if ('local' in target && target.local === name) return key;
    }
    return undefined;
  }
}
