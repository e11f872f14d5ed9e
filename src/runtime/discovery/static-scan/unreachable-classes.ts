import { namesOf } from './build-scope.js';
import type { DecoratorReader } from './decorator-reader.js';
import type { Findings } from './findings.js';
import type { Scope } from './scope.js';
import {
  type AnyNode,
  type ClassNode,
  type DecoratorNode,
  isNode,
  type MethodNode,
  type Program,
  type Statement,
} from './syntax.js';

type Parameter = MethodNode['value']['params'][number];

interface Visit {
  readonly node: unknown;
  /** Names that mean something else here than at the top of the file. */
  readonly shadowed: ReadonlySet<string>;
}

/**
 * Warns of decorated classes inside of functions, conditions and expressions: no entrypoint can name them.
 *
 * @param known - Classes that stand where an entrypoint reaches them.
 */
export function warnOfUnreachable(
  program: Program,
  scope: Scope,
  known: ReadonlySet<ClassNode>,
  { decorators, findings }: { decorators: DecoratorReader; findings: Findings },
): void {
  // A list in place of recursion: generated sources nest deeper than the stack is.
  const open: Visit[] = [{ node: program, shadowed: new Set() }];
  for (let visit = open.pop(); visit; visit = open.pop()) {
    const { node, shadowed } = visit;
    if (Array.isArray(node)) {
      for (const child of node) open.push({ node: child, shadowed });
      continue;
    }
    if (!isNode(node) || isAmbient(node)) continue;
    if (isClass(node) && !known.has(node)) warnOf(node, scope, shadowed, { decorators, findings });
    open.push(...childrenOf(node, namesWithin(node, shadowed)));
  }
}

function childrenOf(node: AnyNode, shadowed: ReadonlySet<string>): Visit[] {
  return Object.values(node)
    .filter((child): child is object => typeof child === 'object' && child !== null)
    .map((child) => ({ node: child, shadowed }));
}

function warnOf(
  node: ClassNode,
  scope: Scope,
  shadowed: ReadonlySet<string>,
  { decorators, findings }: { decorators: DecoratorReader; findings: Findings },
): void {
  const all = [
    ...node.decorators,
    ...node.body.body.flatMap((element) => ('decorators' in element ? element.decorators : [])),
  ];
  const ours = decorators
    .read(
      all.filter((decorator) => !shadowed.has(rootNameOf(decorator))),
      scope,
    )
    .find(({ decorator }) => decorator === 'Action' || decorator === 'Step');
  if (!ours) return;
  const name = node.id?.name ?? 'A class without a name';
  const reason =
    node.type === 'ClassExpression'
      ? `is written as an expression, and TypeScript decorates only declarations. Write 'export class ${node.id?.name ?? 'Name'}' at the top of the file`
      : 'stands inside of a function or block, so no entrypoint leads to it. Move it to the top of the file and export it';
  findings.warn(
    'unreachable',
    scope.source,
    node.id?.start ?? node.start,
    `${name} carries @${ours.decorator} but ${reason}.`,
  );
}

/** The leftmost name of a decorator: `sdk` in `@sdk.Action()`. */
function rootNameOf({ expression }: DecoratorNode): string {
  let node: unknown = expression;
  while (isNode(node) && node.type !== 'Identifier') {
    node =
      'callee' in node
        ? node.callee
        : 'object' in node
          ? node.object
          : 'expression' in node
            ? node.expression
            : undefined;
  }
  return isNode(node) && 'name' in node ? String(node.name) : '';
}

function namesWithin(node: AnyNode, outer: ReadonlySet<string>): ReadonlySet<string> {
  const names = [...declaredIn(node)];
  return names.length > 0 ? new Set([...outer, ...names]) : outer;
}

function* declaredIn(node: AnyNode): Generator<string> {
  if ('params' in node && Array.isArray(node.params) && 'body' in node) {
    for (const param of node.params as Parameter[]) {
      for (const [name] of namesOf(patternOf(param))) yield name;
    }
  }
  if ((node.type === 'BlockStatement' || node.type === 'StaticBlock') && 'body' in node) {
    for (const statement of node.body as Statement[]) yield* declaredBy(statement);
  }
}

function patternOf(param: Parameter): Parameters<typeof namesOf>[0] {
  if (param.type === 'TSParameterProperty') return param.parameter;
  return param.type === 'RestElement' ? param.argument : param;
}

function* declaredBy(statement: Statement): Generator<string> {
  if (statement.type === 'VariableDeclaration') {
    for (const { id } of statement.declarations) {
      for (const [name] of namesOf(id)) yield name;
    }
  } else if (statement.type === 'ClassDeclaration' || statement.type === 'FunctionDeclaration') {
    if (statement.id) yield statement.id.name;
  }
}

/** What is only declared makes nothing at run time. */
function isAmbient(node: AnyNode): boolean {
  return 'declare' in node && node.declare === true;
}

function isClass(node: AnyNode): node is AnyNode & ClassNode {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}
