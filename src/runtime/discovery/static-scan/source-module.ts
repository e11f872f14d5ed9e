import { buildScope } from './build-scope.js';
import type { Scope, SourceFile } from './scope.js';
import type { ParsedSource } from './syntax.js';

/** One parsed source file. Its names are only looked up once somebody asks for one. */
export class SourceModule implements SourceFile {
  #scope: Scope | undefined;

  constructor(
    readonly path: string,
    readonly file: string,
    readonly text: string,
    readonly parsed: ParsedSource,
  ) {}

  /** The names of the file's top level. */
  get scope(): Scope {
    return (this.#scope ??= buildScope(this, this.parsed.program.body));
  }

  /**
   * Whether the file may hold anything a scan reports. Decorators need an `@`, subclasses the word `extends`, both the word `class`; keywords
   * cannot be written with escapes. A file without them need not be turned into a tree.
   */
  get mayHoldClasses(): boolean {
    return this.text.includes('class') && (this.text.includes('@') || this.text.includes('extends'));
  }
}
