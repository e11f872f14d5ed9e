import * as enums from '../../../foundation/config/enums.js';
import { BUILT_IN_DATA_TYPES } from '../../../foundation/data-types/built-in-types.js';
import type { Scope } from './scope.js';
import { type ClassNode, type Expression, type ExpressionOf, unwrap } from './syntax.js';
import { isOwnPackage } from './decorator-reader.js';
import { keyOf, type Meaning, staticValueOf, type SymbolResolver } from './symbol-resolver.js';

/** An expression and where its names are looked up. */
export interface PlacedExpression {
  readonly expression: Expression;
  readonly scope: Scope;
}

/** Most expressions looked at for one value. Constants made of constants can otherwise grow without end. */
const MAX_STEPS = 2_000;

const TYPE_NAMES: ReadonlyMap<string, string> = new Map(BUILT_IN_DATA_TYPES.map((type) => [type.name, type.typeName]));
const CONSTANTS: ReadonlyMap<string, unknown> = new Map(Object.entries(enums));

/** Reads values that are fixed in the source. Everywhere, `undefined` says that only running the code would tell. */
export class StaticReader {
  #steps = 0;

  constructor(private readonly resolver: SymbolResolver) {}

  /** The text an expression stands for; null for `null` and `undefined`. */
  text({ expression, scope }: PlacedExpression): string | null | undefined {
    this.#steps = 0;
    return this.#text(expression, scope);
  }

  /** The value of a key of an object; null when the object surely lacks it. */
  property({ expression, scope }: PlacedExpression, key: string): PlacedExpression | null | undefined {
    this.#steps = 0;
    return this.#property(expression, scope, key);
  }

  /** The name of the semantic type an expression stands for: a built-in one, a subclass of the plugin's own, or a name. */
  typeName({ expression, scope }: PlacedExpression): string | null | undefined {
    const meaning = this.resolver.resolve(expression, scope);
    if (meaning?.kind === 'package' || meaning?.kind === 'class') return this.#typeNameOf(meaning);
    return this.text({ expression, scope });
  }

  #typeNameOf(meaning: Meaning | undefined, seen: readonly ClassNode[] = []): string | null | undefined {
    if (meaning?.kind === 'package') return builtInTypeName(meaning.source, meaning.path);
    if (meaning?.kind !== 'class' || seen.includes(meaning.declaration.node)) return undefined;
    const { node, scope } = meaning.declaration;
    const own = staticValueOf(node, 'typeName');
    if (own) return this.text({ expression: own, scope });
    return node.superClass
      ? this.#typeNameOf(this.resolver.resolve(node.superClass, scope), [...seen, node])
      : undefined;
  }

  #text(expression: Expression, scope: Scope): string | null | undefined {
    if (++this.#steps > MAX_STEPS) return undefined;
    const inner = unwrap(expression);
    if (inner.type === 'Literal')
      return typeof inner.value === 'string' || inner.value === null ? inner.value : undefined;
    if (inner.type === 'TemplateLiteral') return this.#template(inner, scope);
    if (inner.type === 'BinaryExpression') return this.#sum(inner, scope);
    const isName = inner.type === 'Identifier' || inner.type === 'MemberExpression' || inner.type === 'CallExpression';
    return isName ? this.#named(inner, scope) : undefined;
  }

  #sum({ operator, left, right }: ExpressionOf<'BinaryExpression'>, scope: Scope): string | undefined {
    const start = operator === '+' ? this.#text(left, scope) : undefined;
    const end = typeof start === 'string' ? this.#text(right, scope) : undefined;
    return typeof end === 'string' ? `${start}${end}` : undefined;
  }

  #template({ quasis, expressions }: ExpressionOf<'TemplateLiteral'>, scope: Scope): string | undefined {
    let text = quasis[0]?.value.cooked ?? '';
    for (const [index, expression] of expressions.entries()) {
      const part = this.#text(expression, scope);
      if (typeof part !== 'string') return undefined;
      text += part + (quasis[index + 1]?.value.cooked ?? '');
    }
    return text;
  }

  #named(expression: Expression, scope: Scope): string | null | undefined {
    const meaning = this.resolver.resolve(expression, scope);
    if (meaning?.kind === 'package') return constantOf(meaning.source, meaning.path);
    if (meaning?.kind === 'value')
      return meaning.expression === expression ? undefined : this.#text(meaning.expression, meaning.scope);
    return meaning === undefined && expression.type === 'Identifier' && expression.name === 'undefined'
      ? null
      : undefined;
  }

  #property(expression: Expression, scope: Scope, key: string): PlacedExpression | null | undefined {
    if (++this.#steps > MAX_STEPS) return undefined;
    const meaning = this.resolver.resolve(expression, scope);
    if (meaning?.kind !== 'value' || meaning.expression.type !== 'ObjectExpression') return undefined;
    return this.#propertyOf(meaning.expression, meaning.scope, key);
  }

  #propertyOf(
    { properties }: ExpressionOf<'ObjectExpression'>,
    scope: Scope,
    key: string,
  ): PlacedExpression | null | undefined {
    // From the end: the last one of a name counts.
    for (let index = properties.length - 1; index >= 0; index--) {
      const property = properties[index];
      if (property?.type === 'SpreadElement') {
        const spread = this.#property(property.argument, scope, key);
        if (spread !== null) return spread;
      } else if (property) {
        const name = property.computed ? this.#text(property.key as Expression, scope) : keyOf(property.key);
        if (typeof name !== 'string') return undefined;
        if (name === key) return property.kind === 'init' ? { expression: property.value, scope } : undefined;
      }
    }
    return null;
  }
}

/** A text among the package's own exported constants, such as `RunMethod.Job`. */
function constantOf(source: string, [first = '', ...rest]: readonly string[]): string | undefined {
  if (!isOwnPackage(source)) return undefined;
  const value = rest.reduce<unknown>(
    (holder, name) =>
      typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
        ? (holder as Record<string, unknown>)[name]
        : undefined,
    CONSTANTS.get(first),
  );
  return typeof value === 'string' ? value : undefined;
}

function builtInTypeName(source: string, path: readonly string[]): string | undefined {
  return isOwnPackage(source) && path.length === 1 ? TYPE_NAMES.get(path[0] ?? '') : undefined;
}
