import { type Binding, type ClassDeclaration, type ExportTarget, Scope, type SourceFile } from './scope.js';
import { type BindingPattern, type ClassNode, type Expression, type Statement, type StatementOf } from './syntax.js';

/** Name within the file of a default export that has none. Not an identifier, so it can meet no other. */
const ANONYMOUS = 'default';

/** Collects the names of a file's top level in one pass over its statements. */
export function buildScope(file: SourceFile, body: readonly Statement[]): Scope {
  const scope = new Scope(file);
  for (const statement of body) addStatement(scope, statement);
  return scope;
}

function addStatement(scope: Scope, statement: Statement): void {
  if (statement.type === 'ImportDeclaration') addImports(scope, statement);
  else if (statement.type === 'ExportNamedDeclaration') addNamedExports(scope, statement);
  else if (statement.type === 'ExportDefaultDeclaration') addDefaultExport(scope, statement);
  else if (statement.type === 'ExportAllDeclaration') addStarExport(scope, statement);
  else addDeclaration(scope, statement);
}

function addImports(scope: Scope, { source, specifiers }: StatementOf<'ImportDeclaration'>): void {
  for (const specifier of specifiers) {
    const imported =
      specifier.type === 'ImportSpecifier'
        ? exportName(specifier.imported)
        : specifier.type === 'ImportDefaultSpecifier'
          ? 'default'
          : '*';
    scope.bindings.set(specifier.local.name, { kind: 'import', source: source.value, imported });
  }
}

function addNamedExports(
  scope: Scope,
  { declaration, specifiers, source }: StatementOf<'ExportNamedDeclaration'>,
): void {
  if (declaration) {
    for (const name of addDeclaration(scope, declaration)) scope.exports.set(name, { local: name });
  }
  for (const { local, exported } of specifiers) {
    const target: ExportTarget = source
      ? { source: source.value, imported: exportName(local) }
      : { local: exportName(local) };
    scope.exports.set(exportName(exported), target);
  }
}

function addDefaultExport(scope: Scope, { declaration }: StatementOf<'ExportDefaultDeclaration'>): void {
  if (declaration.type === 'ClassDeclaration') {
    scope.exports.set('default', { local: addClass(scope, declaration) });
  } else if (declaration.type === 'Identifier') {
    scope.exports.set('default', { local: declaration.name });
  } else if (declaration.type !== 'FunctionDeclaration' && declaration.type !== 'TSInterfaceDeclaration') {
    scope.exports.set('default', { value: declaration as Expression });
  }
}

function addStarExport(scope: Scope, { exported, source }: StatementOf<'ExportAllDeclaration'>): void {
  if (exported) scope.exports.set(exportName(exported), { source: source.value, imported: '*' });
  else scope.starExports.push(source.value);
}

/** Adds what a statement declares, and returns the names. */
function addDeclaration(scope: Scope, statement: Statement): string[] {
  if (statement.type === 'ClassDeclaration') return statement.declare ? [] : [addClass(scope, statement)];
  if (statement.type === 'VariableDeclaration') return addVariables(scope, statement);
  if (statement.type === 'FunctionDeclaration') {
    return statement.id ? [bind(scope, statement.id.name, { kind: 'opaque' })] : [];
  }
  if (statement.type === 'TSEnumDeclaration')
    return [bind(scope, statement.id.name, { kind: 'enum', node: statement })];
  if (statement.type === 'TSModuleDeclaration') return addNamespace(scope, statement);
  if (statement.type === 'TSImportEqualsDeclaration') return [bind(scope, statement.id.name, importEquals(statement))];
  return [];
}

function addClass(scope: Scope, node: ClassNode): string {
  const name = node.id?.name ?? ANONYMOUS;
  const declaration: ClassDeclaration = { node, scope, name, localPath: [...scope.path, name] };
  scope.classes.push(declaration);
  return bind(scope, name, { kind: 'class', declaration });
}

function addVariables(scope: Scope, { kind, declarations, declare }: StatementOf<'VariableDeclaration'>): string[] {
  return declarations.flatMap(({ id, init }) => {
    const names = namesOf(id);
    for (const [name, path] of names) {
      const isFixed = kind === 'const' && init && path && !declare && !isFunction(init);
      bind(scope, name, isFixed ? { kind: 'const', value: init, members: path } : { kind: 'opaque' });
    }
    return names.map(([name]) => name);
  });
}

/** A name and the members that lead to its value; no members where a default, a list or a rest is involved. */
type PatternName = [name: string, path: readonly string[] | undefined];

/** The names a pattern introduces. */
export function namesOf(pattern: BindingPattern, path: readonly string[] | undefined = []): PatternName[] {
  if (pattern.type === 'Identifier') return [[pattern.name, path]];
  if (pattern.type === 'AssignmentPattern') return namesOf(pattern.left, undefined);
  if (pattern.type === 'ObjectPattern')
    return pattern.properties.flatMap((property) => namesOfProperty(property, path));
  return pattern.elements.flatMap((element) =>
    element ? namesOf(element.type === 'RestElement' ? element.argument : element, undefined) : [],
  );
}

type PatternProperty = Extract<BindingPattern, { type: 'ObjectPattern' }>['properties'][number];

function namesOfProperty(property: PatternProperty, path: readonly string[] | undefined): PatternName[] {
  if (property.type === 'RestElement') return namesOf(property.argument, undefined);
  const key = property.key.type === 'Identifier' && !property.computed ? property.key.name : undefined;
  return namesOf(property.value, path && key !== undefined ? [...path, key] : undefined);
}

function isFunction({ type }: Expression): boolean {
  return type === 'ArrowFunctionExpression' || type === 'FunctionExpression';
}

function addNamespace(scope: Scope, node: StatementOf<'TSModuleDeclaration'>): string[] {
  if (node.declare || !node.body || node.id.type === 'Literal' || node.kind === 'global') return [];
  const [first = '', ...rest] = dottedName(node.id);
  const outer = namespaceOf(scope, first);
  let inner = outer;
  for (const name of rest) {
    // `namespace A.B` exports B from A.
    inner.exports.set(name, { local: name });
    inner = namespaceOf(inner, name);
  }
  for (const statement of node.body.body) addStatement(inner, statement);
  return [first];
}

/** Namespaces of one name are parts of one thing. */
function namespaceOf(scope: Scope, name: string): Scope {
  const present = scope.namespaces.find(({ path }) => path.at(-1) === name);
  if (present) return present;
  const namespace = new Scope(scope.source, [...scope.path, name], scope);
  scope.namespaces.push(namespace);
  // A class of the same name keeps it: the class is what the name stands for, the namespace adds members to it.
  if (!scope.bindings.has(name)) bind(scope, name, { kind: 'namespace', scope: namespace });
  return namespace;
}

function importEquals({ moduleReference }: StatementOf<'TSImportEqualsDeclaration'>): Binding {
  if (moduleReference.type === 'TSExternalModuleReference') {
    return { kind: 'import', source: moduleReference.expression.value, imported: '*' };
  }
  return { kind: 'alias', path: dottedName(moduleReference) };
}

type EntityName =
  | { type: 'Identifier'; name: string }
  | { type: 'ThisExpression' }
  | { type: 'TSQualifiedName'; left: EntityName; right: { name: string } };

/** `A.B.C` as it stands in types, namespaces and aliases. */
export function dottedName(name: EntityName): string[] {
  switch (name.type) {
    case 'Identifier':
      return [name.name];
    case 'ThisExpression':
      return ['this'];
    case 'TSQualifiedName':
      return [...dottedName(name.left), name.right.name];
  }
}

function bind(scope: Scope, name: string, binding: Binding): string {
  scope.bindings.set(name, binding);
  return name;
}

function exportName(name: { type: 'Identifier'; name: string } | { type: 'Literal'; value: string }): string {
  return name.type === 'Identifier' ? name.name : name.value;
}
