import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from 'yaml';
import { ConfigInvalidError } from '../errors/config.errors.js';
import { messageOf } from '../errors/synapse.error.js';
import { isMapping, kindOf, type ConfigIssue } from './read-mapping.js';

/** Longest configuration text that is read, in UTF-16 units: parsing takes about a second per MiB. */
const MAX_CONFIG_LENGTH = 1024 * 1024;
/** Aliases a file may have: each costs a walk over the file, and a few nested ones can stand for gigabytes. */
const MAX_ALIASES = 500;

/** A parsed configuration file. */
export interface YamlDocument {
  readonly text: string;
  readonly document: Document.Parsed;
  /** The whole file as plain values; an empty file is an empty mapping. */
  readonly values: Record<string, unknown>;
  /** True when there is nothing in the file but comments and blank lines. */
  readonly isEmpty: boolean;
  /** Values that are taken as text but that older YAML readers take for something else. */
  readonly warnings: readonly string[];
  /** Line of the node at `path`, from 1, or undefined when there is no such node. */
  lineOf(path: readonly string[]): number | undefined;
}

/**
 * Parses YAML 1.2 whose root is a mapping.
 *
 * @param path - Name of the file; only error messages use it.
 * @throws {@link ConfigInvalidError} on a syntax error, a repeated key, an unknown tag, more aliases or text than allowed,
 * or a root that is not a mapping.
 */
export function parseYamlMapping(text: string, path: string): YamlDocument {
  if (text.length > MAX_CONFIG_LENGTH) {
    throw invalid(path, {
      path: '',
      code: 'too_large',
      message: `is ${text.length} characters long, at most ${MAX_CONFIG_LENGTH} are read; keep data in files of their own`,
    });
  }
  const lines = new LineCounter();
  // The parser's own check for repeated keys takes quadratic time, so `inspect` does it.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, merge: true, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line || 1;
  refuseSyntaxErrors(document, path, lineAt);

  const found = inspect(document, lineAt);
  if (found.issues.length > 0) throw new ConfigInvalidError(path, found.issues);
  const root = toValues(document, path);
  const isEmpty = root === null || root === undefined;
  if (!isEmpty && !isMapping(root)) {
    throw invalid(path, {
      path: '',
      code: 'dict_type',
      message: `must be a mapping of keys to values, such as 'name: My plugin', got ${kindOf(root)}`,
    });
  }
  return {
    text,
    document,
    values: isEmpty ? {} : (root as Record<string, unknown>),
    isEmpty,
    warnings: found.warnings,
    lineOf: (keys) => {
      const node: unknown = document.getIn(keys, true);
      return isNode(node) && node.range ? lineAt(node.range[0]) : undefined;
    },
  };
}

function refuseSyntaxErrors(document: Document.Parsed, path: string, lineAt: (offset: number) => number): void {
  // An unknown tag is a warning to the parser; here it is an error, since the value would lose its meaning.
  const faults = [...document.errors, ...document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED')];
  if (faults.length === 0) return;
  const issues = faults.slice(0, 10).map(({ code, message, pos }): ConfigIssue => {
    const line = lineAt(pos[0]);
    return { path: '', code: code.toLowerCase(), message: `${message} (line ${line})${cureFor(code)}`, line };
  });
  throw new ConfigInvalidError(path, issues);
}

function cureFor(code: string): string {
  if (code === 'TAB_AS_INDENT') return '; indent with spaces';
  if (code === 'MULTIPLE_DOCS') return '; keep one document per file';
  return code === 'TAG_RESOLVE_FAILED' ? '; leave the tag out' : '';
}

function toValues(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const message = messageOf(error);
    const code = message.startsWith('Unresolved')
      ? 'unresolved_alias'
      : message.startsWith('Excessive')
        ? 'alias_limit'
        : 'merge_key';
    throw invalid(path, { path: '', code, message }, error);
  }
}

function invalid(path: string, issue: ConfigIssue, cause?: unknown): ConfigInvalidError {
  return new ConfigInvalidError(path, [issue], { cause });
}

interface Inspection {
  readonly issues: ConfigIssue[];
  readonly warnings: string[];
  readonly lineAt: (offset: number) => number;
  aliases: number;
}

/** One walk over the nodes for everything the parser does not tell. */
function inspect(document: Document.Parsed, lineAt: (offset: number) => number): Inspection {
  const inspection: Inspection = { issues: [], warnings: [], lineAt, aliases: 0 };
  if (document.contents) inspectNode(document.contents, '', inspection);
  if (inspection.aliases > MAX_ALIASES) {
    const message = `has ${inspection.aliases} aliases, at most ${MAX_ALIASES} are read; write the values out`;
    inspection.issues.push({ path: '', code: 'alias_limit', message });
  }
  return inspection;
}

function inspectNode(node: Node, path: string, inspection: Inspection): void {
  if (isAlias(node)) inspection.aliases++;
  else if (isScalar(node)) inspectScalar(node, path, inspection);
  else if (isSeq(node)) {
    node.items.forEach((item, index) => {
      if (isNode(item)) inspectNode(item, child(path, index), inspection);
      else if (isPair(item)) inspection.issues.push({ path, code: 'dict_type', message: 'must not hold a bare pair' });
    });
  } else if (isMap(node)) {
    const seen = new Set<unknown>();
    for (const { key, value } of node.items) {
      if (isNode(key)) inspectKey(key, path, seen, inspection);
      if (isNode(value)) inspectNode(value, child(path, keyText(key)), inspection);
    }
  }
}

function inspectKey(key: Node, path: string, seen: Set<unknown>, { issues, lineAt }: Inspection): void {
  const line = key.range ? lineAt(key.range[0]) : undefined;
  if (!isScalar(key)) {
    issues.push({ path, code: 'string_type', message: `has a key that is not text (line ${line ?? '?'})`, line });
    return;
  }
  // `<<` may be written once for each mapping that is merged in.
  if (seen.has(key.value) && key.value !== '<<') {
    const message = `is written twice (line ${line ?? '?'}); remove one of the two`;
    issues.push({ path: child(path, keyText(key)), code: 'duplicate_key', message, line });
  }
  seen.add(key.value);
}

const READ_DIFFERENTLY_BY_YAML_1_1 = /^(?:yes|no|on|off|0[0-7]+|[-+]?[1-9]\d*(?::[0-5]?\d)+)$/i;

function inspectScalar(node: Node & { value: unknown }, path: string, inspection: Inspection): void {
  if (!isScalar(node) || node.type !== 'PLAIN' || node.source === undefined || !node.range) return;
  const line = inspection.lineAt(node.range[0]);
  if (READ_DIFFERENTLY_BY_YAML_1_1.test(node.source)) {
    inspection.warnings.push(
      `${path} (line ${line}): '${node.source}' means ${JSON.stringify(node.value)} here and something else to YAML 1.1 readers; write true or false, or put it in quotes`,
    );
  }
  if (typeof node.value === 'number' && /^[-+]?\d+$/.test(node.source) && !Number.isSafeInteger(node.value)) {
    const message = `is a number too large to be exact (line ${line}); put it in quotes`;
    inspection.issues.push({ path, code: 'int_precision', message, line });
  }
}

function child(path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}.${key}`;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : '?';
}
