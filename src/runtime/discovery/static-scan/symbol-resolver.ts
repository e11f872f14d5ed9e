import type { Binding, ClassDeclaration, ExportTarget, Scope } from './scope.js';
import { type Expression, type ExpressionOf, type StatementOf, unwrap } from './syntax.js';

/** What an expression stands for, as far as that is known without running it. */
export type Meaning =
  /** Something a package exports; an empty path is the package itself. */
  | { readonly kind: 'package'; readonly source: string; readonly path: readonly string[] }
  | { readonly kind: 'class'; readonly declaration: ClassDeclaration }
  | { readonly kind: 'enum'; readonly node: StatementOf<'TSEnumDeclaration'>; readonly scope: Scope }
  /** A file or namespace as an object. */
  | { readonly kind: 'scope'; readonly scope: Scope }
  /** Any other value, by the expression that makes it. */
  | { readonly kind: 'value'; readonly expression: Expression; readonly scope: Scope };

/** Finds the file that an import in another file leads to. */
export interface LocalModules {
  /** @returns the top level of the file, or undefined when there is none to read. */
  find(fromPath: string, specifier: string): Scope | undefined;
}

/** Longest chain of names that lead to names. Circular ones end here. */
const MAX_DEPTH = 100;

/** Looks names up the way the language does: through scopes, aliases, patterns, namespaces, imports and re-exports. */
export class SymbolResolver {
  #depth = 0;

  constructor(private readonly modules: LocalModules) {}

  /** @returns undefined for what only running the code would tell. */
  resolve(expression: Expression, scope: Scope): Meaning | undefined {
    return this.#guarded(() => this.#resolve(unwrap(expression), scope));
  }

  /** The meaning of `A.B.C` as it stands in `scope`. */
  resolvePath([first = '', ...rest]: readonly string[], scope: Scope): Meaning | undefined {
    return this.#guarded(() => this.#membersOf(this.#resolveName(first, scope), rest));
  }

  /** The meaning of `name` as a property of what `meaning` stands for. */
  member(meaning: Meaning, name: string): Meaning | undefined {
    switch (meaning.kind) {
      case 'package':
        // A package without a default export is its own default under interop.
        return name === 'default' && meaning.path.length === 0
          ? meaning
          : { ...meaning, path: [...meaning.path, name] };
      case 'scope':
        return this.#exported(meaning.scope, name);
      case 'class':
        return this.#staticMember(meaning.declaration, name);
      case 'enum':
        return enumMember(meaning.node, meaning.scope, name);
      case 'value':
        return this.#objectMember(meaning.expression, meaning.scope, name);
    }
  }

  #resolve(expression: Expression, scope: Scope): Meaning | undefined {
    if (expression.type === 'Identifier') return this.#resolveName(expression.name, scope);
    if (expression.type === 'MemberExpression') return this.#resolveMember(expression, scope);
    if (expression.type === 'CallExpression') return this.#resolveCall(expression, scope);
    if (expression.type === 'ClassExpression') {
      return {
        kind: 'class',
        declaration: { node: expression, scope, name: expression.id?.name ?? '', localPath: [] },
      };
    }
    const imported = expression.type === 'AwaitExpression' && this.#resolveDynamicImport(expression.argument, scope);
    return imported || { kind: 'value', expression, scope };
  }

  #resolveMember(expression: ExpressionOf<'MemberExpression'>, scope: Scope): Meaning | undefined {
    const name = memberName(expression);
    const object = name === undefined ? undefined : this.resolve(expression.object, scope);
    return object && name !== undefined ? this.member(object, name) : undefined;
  }

  #resolveName(name: string, scope: Scope): Meaning | undefined {
    let home: Scope | undefined = scope;
    while (home && !home.bindings.has(name)) home = home.parent;
    const binding = home?.bindings.get(name);
    return home && binding && this.#meaningOf(binding, home);
  }

  #meaningOf(binding: Binding, home: Scope): Meaning | undefined {
    switch (binding.kind) {
      case 'import':
        return this.#imported(home, binding.source, binding.imported);
      case 'class':
        return { kind: 'class', declaration: binding.declaration };
      case 'const':
        return this.#membersOf(this.resolve(binding.value, home), binding.members);
      case 'enum':
        return { kind: 'enum', node: binding.node, scope: home };
      case 'namespace':
        return { kind: 'scope', scope: binding.scope };
      case 'alias':
        return this.resolvePath(binding.path, home);
      case 'opaque':
        return undefined;
    }
  }

  #membersOf(meaning: Meaning | undefined, names: readonly string[]): Meaning | undefined {
    return names.reduce<Meaning | undefined>((holder, name) => holder && this.member(holder, name), meaning);
  }

  #resolveDynamicImport(argument: Expression, scope: Scope): Meaning | undefined {
    const inner = unwrap(argument);
    if (inner.type !== 'ImportExpression') return undefined;
    const specifier = stringOf(inner.source);
    return specifier === undefined ? undefined : this.#imported(scope, specifier, '*');
  }

  #resolveCall(expression: ExpressionOf<'CallExpression'>, scope: Scope): Meaning | undefined {
    const [argument] = expression.arguments;
    const callee = unwrap(expression.callee);
    if (argument && argument.type !== 'SpreadElement') {
      if (callee.type === 'Identifier' && callee.name === 'require' && stringOf(argument) !== undefined) {
        return this.#imported(scope, stringOf(argument) ?? '', '*');
      }
      if (isObjectFreeze(callee)) return this.resolve(argument, scope);
    }
    return { kind: 'value', expression, scope };
  }

  #imported(scope: Scope, source: string, imported: string, seen = new Set<string>()): Meaning | undefined {
    if (!isLocal(source)) {
      return { kind: 'package', source, path: imported === '*' || imported === 'default' ? [] : [imported] };
    }
    const target = this.modules.find(scope.source.path, source);
    if (!target || imported === '*') return target && { kind: 'scope', scope: target };
    return this.#exported(target, imported, seen);
  }

  /** What `scope` exports as `name`: by its own word, else by an `export *` of a file, else by one of a package, which cannot be looked into. */
  #exported(scope: Scope, name: string, seen = new Set<string>()): Meaning | undefined {
    const packages: string[] = [];
    const found = this.#exportedByFiles(scope, name, seen, packages);
    if (found || packages.length === 0) return found;
    const source = packages.find((candidate) => isNestName(name) === candidate.startsWith('@nestjs/')) ?? packages[0];
    return source === undefined ? undefined : { kind: 'package', source, path: [name] };
  }

  #exportedByFiles(scope: Scope, name: string, seen: Set<string>, packages: string[]): Meaning | undefined {
    const key = `${scope.source.path}\0${scope.path.join('.')}\0${name}`;
    if (seen.has(key)) return undefined;
    seen.add(key);
    const target = scope.exports.get(name);
    if (target !== undefined) return this.#guarded(() => this.#exportTarget(scope, target, seen));
    // `export *` leaves the default export out.
    if (name === 'default') return undefined;
    packages.push(...scope.starExports.filter((source) => !isLocal(source)));
    for (const source of scope.starExports.filter(isLocal)) {
      const file = this.modules.find(scope.source.path, source);
      const found = file && this.#guarded(() => this.#exportedByFiles(file, name, seen, packages));
      if (found) return found;
    }
    return undefined;
  }

  #exportTarget(scope: Scope, target: ExportTarget, seen: Set<string>): Meaning | undefined {
    if ('value' in target) return this.resolve(target.value, scope);
    if ('local' in target) return this.#resolveName(target.local, scope);
    return this.#imported(scope, target.source, target.imported, seen);
  }

  #staticMember({ node, scope, name: className }: ClassDeclaration, name: string): Meaning | undefined {
    const value = staticValueOf(node, name);
    if (value) return this.resolve(value, scope);
    const namespace = scope.namespaces.find(({ path }) => path.at(-1) === className);
    return namespace && this.#exported(namespace, name);
  }

  #objectMember(expression: Expression, scope: Scope, name: string): Meaning | undefined {
    if (expression.type !== 'ObjectExpression') return undefined;
    for (const property of expression.properties.toReversed()) {
      // A spread or computed key may bring the same name; then only running it would tell.
      if (property.type === 'SpreadElement' || property.computed) return undefined;
      if (keyOf(property.key) === name)
        return property.kind === 'init' ? this.resolve(property.value, scope) : undefined;
    }
    return undefined;
  }

  #guarded(work: () => Meaning | undefined): Meaning | undefined {
    if (this.#depth >= MAX_DEPTH) return undefined;
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
    }
  }
}

/** Whether an import leads to a file rather than a package. */
function isLocal(specifier: string): boolean {
  return specifier.startsWith('.') || specifier.startsWith('/');
}

/** The initial value of a static field, if it has one that can be read. */
export function staticValueOf(node: ClassDeclaration['node'], name: string): Expression | undefined {
  for (const element of node.body.body) {
    if (element.type !== 'PropertyDefinition' || !element.static || element.computed) continue;
    if (keyOf(element.key) === name) return element.value ?? undefined;
  }
  return undefined;
}

/** The text of a key that is not computed. */
export function keyOf(key: { readonly type: string }): string | undefined {
  if (key.type === 'Identifier') return (key as { type: string; name: string }).name;
  const value = key.type === 'Literal' ? (key as { type: string; value?: unknown }).value : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function memberName({ property, computed }: ExpressionOf<'MemberExpression'>): string | undefined {
  if (!computed) return property.type === 'Identifier' ? property.name : undefined;
  return stringOf(property as Expression);
}

function stringOf(expression: Expression): string | undefined {
  const inner = unwrap(expression);
  return inner.type === 'Literal' && typeof inner.value === 'string' ? inner.value : undefined;
}

function enumMember(node: StatementOf<'TSEnumDeclaration'>, scope: Scope, name: string): Meaning | undefined {
  const member = node.body.members.find(({ id }) => keyOf(id) === name);
  return member?.initializer ? { kind: 'value', expression: member.initializer, scope } : undefined;
}

/** The only names of Nest a scan asks for; anything else that a barrel hands on is taken for ours. */
function isNestName(name: string): boolean {
  return name === 'Module' || name === 'Injectable';
}

function isObjectFreeze(callee: Expression): boolean {
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'freeze') return false;
  return callee.object.type === 'Identifier' && callee.object.name === 'Object';
}
