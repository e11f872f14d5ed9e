import { join } from 'node:path';
import ts from 'typescript';
import { repository } from './markdown-blocks.js';

/** What users of the package can name: exports of its entries, and their members. */
export class PackageSymbols {
  readonly #checker: ts.TypeChecker;
  readonly #exports: ReadonlyMap<string, ts.Symbol>;

  /** @param entries - The root has what `nest-synapse/errors` has. */
  constructor(entries: readonly string[] = ['src/index.ts', 'src/interfaces/testing/index.ts']) {
    const files = entries.map((entry) => join(repository, entry));
    const program = ts.createProgram(files, OPTIONS, sourcesOnly());
    this.#checker = program.getTypeChecker();
    this.#exports = new Map(files.flatMap((file) => this.#exportsOf(program.getSourceFile(file), file)));
  }

  #exportsOf(source: ts.SourceFile | undefined, file: string): (readonly [string, ts.Symbol])[] {
    const module = source && this.#checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} is not a module`);
    return this.#checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]);
  }

  /** Names that exist at run time, as opposed to types. */
  get values(): string[] {
    return [...this.#exports].filter(([, symbol]) => this.#isValue(symbol)).map(([name]) => name);
  }

  /** Whether there is `Name`, or `Name.member`: static or not, inherited or not, but not private. */
  has(path: string): boolean {
    const [name = '', member] = path.split('.');
    const exported = this.#exports.get(name);
    if (!exported) return false;
    return member === undefined || this.#membersOf(exported).some((symbol) => symbol.name === member);
  }

  #membersOf(exported: ts.Symbol): ts.Symbol[] {
    const symbol = this.#targetOf(exported);
    const types = [this.#checker.getDeclaredTypeOfSymbol(symbol)];
    if (symbol.flags & ts.SymbolFlags.Class) types.push(this.#checker.getTypeOfSymbol(symbol));
    return types.flatMap((type) => this.#checker.getPropertiesOfType(type)).filter((member) => !isPrivate(member));
  }

  #isValue(exported: ts.Symbol): boolean {
    const isTypeOnly = exported.declarations?.some(ts.isTypeOnlyExportDeclaration) ?? false;
    return !isTypeOnly && Boolean(this.#targetOf(exported).flags & ts.SymbolFlags.Value);
  }

  #targetOf(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  experimentalDecorators: true,
  types: [],
  noEmit: true,
};

/** Packages stay unread: no member that is asked for comes from one, and reading them is what takes time. */
function sourcesOnly(): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  host.resolveModuleNameLiterals = (names, file, redirected, options) =>
    names.map(({ text }) =>
      text.startsWith('.') ? ts.resolveModuleName(text, file, options, host, undefined, redirected) : UNREAD,
    );
  return host;
}

const UNREAD: ts.ResolvedModuleWithFailedLookupLocations = { resolvedModule: undefined };

function isPrivate({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((member) => ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private);
}
