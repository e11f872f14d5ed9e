import type { Scope } from './scope.js';
import { type ClassNode, type DecoratorNode, type Expression, unwrap } from './syntax.js';
import type { Meaning, SymbolResolver } from './symbol-resolver.js';

/** The decorators a scan asks for. */
export type KnownDecorator = 'Action' | 'Step' | 'Module' | 'Injectable';

/** A known decorator as it is used somewhere. */
export interface DecoratorUse {
  readonly decorator: KnownDecorator;
  readonly start: number;
  /** Its first argument. */
  readonly options?: Expression;
  /** Whether it stands without parentheses, which hands it the class as its options. */
  readonly isBare: boolean;
}

const OWN_DECORATORS: ReadonlySet<string> = new Set(['Action', 'Step']);
const NEST_DECORATORS: ReadonlySet<string> = new Set(['Module', 'Injectable']);
/** Base classes that this package offers to actions: BaseAction and those of the families. */
const OWN_ACTION_BASE = /^Base\w*Action$/;

/** Whether an import of `source` leads to this package. */
export function isOwnPackage(source: string): boolean {
  return source === 'nest-synapse' || source.startsWith('nest-synapse/');
}

/** Recognises decorators and base classes by what their names stand for, not by how they are written. */
export class DecoratorReader {
  readonly #isActionBase = new Map<ClassNode, boolean>();
  /** What plain names stand for: a file uses few decorators many times. */
  readonly #known = new WeakMap<Scope, Map<string, KnownDecorator | undefined>>();

  constructor(private readonly resolver: SymbolResolver) {}

  /** The known ones among `decorators`, in order. */
  read(decorators: readonly DecoratorNode[], scope: Scope): DecoratorUse[] {
    const uses: DecoratorUse[] = [];
    for (const node of decorators) {
      const use = this.#readOne(node, scope);
      if (use) uses.push(use);
    }
    return uses;
  }

  /** Whether a class extends one of the package's base classes, be it through other classes or mixins. */
  extendsActionBase(node: ClassNode, scope: Scope): boolean {
    const known = this.#isActionBase.get(node);
    if (known !== undefined) return known;
    // Set before looking further: a class cannot be an action for extending itself.
    this.#isActionBase.set(node, false);
    const isBase = node.superClass !== null && this.#isActionBaseExpression(node.superClass, scope);
    this.#isActionBase.set(node, isBase);
    return isBase;
  }

  #readOne(node: DecoratorNode, scope: Scope): DecoratorUse | undefined {
    const expression = unwrap(node.expression);
    const isBare = expression.type !== 'CallExpression';
    const decorator = this.#decoratorOf(isBare ? expression : expression.callee, scope);
    if (!decorator) return undefined;
    const [options] = isBare ? [] : expression.arguments;
    return { decorator, start: node.start, isBare, ...(options && options.type !== 'SpreadElement' && { options }) };
  }

  #decoratorOf(expression: Expression, scope: Scope): KnownDecorator | undefined {
    if (expression.type !== 'Identifier') return knownDecorator(this.resolver.resolve(expression, scope));
    const known = this.#known.get(scope) ?? new Map<string, KnownDecorator | undefined>();
    this.#known.set(scope, known);
    const { name } = expression;
    if (!known.has(name)) known.set(name, knownDecorator(this.resolver.resolve(expression, scope)));
    return known.get(name);
  }

  #isActionBaseExpression(expression: Expression, scope: Scope): boolean {
    const inner = unwrap(expression);
    const meaning = this.resolver.resolve(inner, scope);
    if (meaning?.kind === 'package')
      return isOwnPackage(meaning.source) && OWN_ACTION_BASE.test(meaning.path.at(-1) ?? '');
    if (meaning?.kind === 'class') return this.extendsActionBase(meaning.declaration.node, meaning.declaration.scope);
    // A mixin: `extends WithRetry(BaseAction)`.
    return (
      inner.type === 'CallExpression' &&
      inner.arguments.some(
        (argument) => argument.type !== 'SpreadElement' && this.#isActionBaseExpression(argument, scope),
      )
    );
  }
}

function knownDecorator(meaning: Meaning | undefined): KnownDecorator | undefined {
  if (meaning?.kind !== 'package' || meaning.path.length !== 1) return undefined;
  const [name = ''] = meaning.path;
  const isKnown = isOwnPackage(meaning.source)
    ? OWN_DECORATORS.has(name)
    : meaning.source === '@nestjs/common' && NEST_DECORATORS.has(name);
  return isKnown ? (name as KnownDecorator) : undefined;
}
