import { parseSync } from 'rolldown/utils';

type ParseResult = ReturnType<typeof parseSync>;

export type Program = ParseResult['program'];
export type Statement = Program['body'][number];
export type StatementOf<T extends Statement['type']> = Extract<Statement, { type: T }>;
/** A class declaration or expression. */
export type ClassNode = Extract<Statement, { body: { type: 'ClassBody' } }>;
export type ClassElement = ClassNode['body']['body'][number];
export type MethodNode = Extract<ClassElement, { kind: 'method' | 'get' | 'set' | 'constructor' }>;
export type DecoratorNode = ClassNode['decorators'][number];
export type Expression = DecoratorNode['expression'];
export type ExpressionOf<T extends Expression['type']> = Extract<Expression, { type: T }>;
/** Pattern on the left of a declaration. */
export type BindingPattern = StatementOf<'VariableDeclaration'>['declarations'][number]['id'];

/** Any node, for walks that do not care what it is. */
export interface AnyNode {
  readonly type: string;
  readonly start: number;
}

/** What parsing one file gave. */
export interface ParsedSource {
  /** Absent when it was not asked for. */
  readonly program?: Program;
  readonly fault?: { readonly message: string; readonly offset: number };
}

/** How much of a file's tree is wanted. */
export type Detail =
  /** None: only faults. */
  | 'faults'
  /** All that runs. Without types and their keywords a tree is a third smaller, and building it is most of the cost of parsing. */
  | 'values'
  | 'types';

/**
 * Parses one file. The language follows from the file's extension. The tree is made at once, because what the parser keeps for later lies
 * outside of the garbage collector's reach.
 */
export function parseSource(path: string, text: string, detail: Detail): ParsedSource {
  const result = parseSync(path, text, detail === 'types' ? { astType: 'ts' } : { astType: 'js' });
  const error = result.errors.find(({ severity }) => severity === 'Error');
  if (error) return { fault: { message: error.message, offset: error.labels[0]?.start ?? 0 } };
  return detail === 'faults' ? {} : { program: result.program };
}

/**
 * The least detail that tells all of what a scan needs to know of a file, but for the types of parameters: only the tree with types shows
 * the two keywords that decide what a class or constant is. They cannot be written with escapes.
 */
export function detailFor(text: string): Detail {
  return text.includes('abstract') || text.includes('declare') ? 'types' : 'values';
}

/** The node of a type that begins at an offset; trees with and without types agree on both. */
export function findNode(root: unknown, type: AnyNode['type'], start: number): AnyNode | undefined {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    if (isNode(node) && node.type === type && node.start === start) return node;
    for (const child of Object.values(node)) open.push(child);
  }
  return undefined;
}

export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

type Transparent = ExpressionOf<
  | 'ParenthesizedExpression'
  | 'TSAsExpression'
  | 'TSSatisfiesExpression'
  | 'TSNonNullExpression'
  | 'TSTypeAssertion'
  | 'TSInstantiationExpression'
>;
const TRANSPARENT: ReadonlySet<string> = new Set<Transparent['type']>([
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
]);

/** The expression below parentheses and type assertions, which change nothing at run time. */
export function unwrap(expression: Expression): Expression {
  let inner = expression;
  while (TRANSPARENT.has(inner.type)) inner = (inner as Transparent).expression;
  return inner;
}

/** Line and column, both from 1, of an offset in `text`. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  // A byte order mark is no column of the first line.
  let lineStart = text.startsWith('\uFEFF') ? 1 : 0;
  for (let next = text.indexOf('\n'); next !== -1 && next < offset; next = text.indexOf('\n', lineStart)) {
    line += 1;
    lineStart = next + 1;
  }
  return { line, column: Math.max(offset - lineStart, 0) + 1 };
}
