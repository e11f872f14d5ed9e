import { buildScope } from './build-scope.js';
import type { ClassDeclaration, Scope, SourceFile } from './scope.js';
import { detailFor, findNode, type MethodNode, parseSource, type Program } from './syntax.js';

/** One source file without faults. */
export class SourceModule implements SourceFile {
  #program: Program | undefined;
  #typedProgram: Program | undefined;
  #scope: Scope | undefined;

  constructor(
    readonly path: string,
    readonly file: string,
    readonly text: string,
    program?: Program,
  ) {
    this.#program = program;
  }

  /** The tree, of which types and their keywords may be missing. */
  get program(): Program | undefined {
    return (this.#program ??= parseSource(this.path, this.text, detailFor(this.text)).program);
  }

  /** The method that `node` stands for, with the types of its parameters. */
  typed(node: MethodNode): MethodNode {
    this.#typedProgram ??= parseSource(this.path, this.text, 'types').program;
    return (findNode(this.#typedProgram, node.type, node.start) as MethodNode | undefined) ?? node;
  }

  /** The names of the file's top level. */
  get scope(): Scope {
    return (this.#scope ??= buildScope(this, this.program?.body ?? []));
  }

  get mayHoldClasses(): boolean {
    return mayHoldClasses(this.text);
  }

  /**
   * Lets go of what only the file's own scan needs, which is nearly all. Other files may still ask what a name stands for: of a class they want
   * its base and its static fields.
   */
  forgetDetails(): void {
    this.#program = undefined;
    this.#typedProgram = undefined;
    for (const { node } of classesWithin(this.scope)) {
      node.decorators = [];
      node.body.body = node.body.body.filter((element) => element.type === 'PropertyDefinition' && element.static);
    }
  }
}

/** All classes that stand in a scope or in a namespace of it. */
export function* classesWithin(scope: Scope): Generator<ClassDeclaration> {
  yield* scope.classes;
  for (const namespace of scope.namespaces) yield* classesWithin(namespace);
}

/**
 * Whether a file may hold anything a scan reports. Decorators need an `@`, subclasses the word `extends`, both the word `class`; keywords
 * cannot be written with escapes. Of a file without them no tree is needed.
 */
export function mayHoldClasses(text: string): boolean {
  return text.includes('class') && (text.includes('@') || text.includes('extends'));
}
