import { isMap, isNode, isScalar, type Document, type Node, type Pair, type YAMLMap, type Scalar } from 'yaml';
import {
  blockLines,
  contentEnd,
  flowMapText,
  flowText,
  pairEnd,
  scalarTextLike,
  TextEdits,
  type NewPair,
} from './yaml-text.js';

/**
 * Adds, sets and removes keys in the text of a YAML file, which stays byte for byte what it was everywhere else:
 * comments, quotes, order, line endings and braces. (The `yaml` package's own writer lays the whole file out anew.)
 *
 * Each method answers whether it knows the shape it met. What comes out is to be parsed and compared with what was meant.
 */
export class YamlEditor {
  private readonly edits: TextEdits;
  private readonly eol: string;
  private readonly unit: number;

  constructor(
    private readonly text: string,
    private readonly document: Document.Parsed,
  ) {
    this.edits = new TextEdits(text);
    this.eol = /\r?\n/.exec(text)?.[0] ?? '\n';
    this.unit = this.indentationUnit();
  }

  /** The edited text; undefined when edits overlap. */
  apply(): string | undefined {
    return this.edits.apply();
  }

  /** Adds keys at the end of a mapping; `null` stands for a file without one. */
  addPairs(map: YAMLMap | null, pairs: readonly NewPair[]): boolean {
    if (map === null) return this.appendToEmptyFile(pairs);
    if (map.flow === true) return this.addToBraces(map, pairs);
    const [first] = map.items;
    if (!isNode(first?.key)) return false;
    const column = this.columnOf(first.key);
    this.insertLines(this.afterCommentsBelow(contentEnd(map), column), pairs, column);
    return true;
  }

  /** Adds keys at the end of an entry that has some, before the comments behind it. */
  addToEntry(map: YAMLMap, pairs: readonly NewPair[]): boolean {
    const [first] = map.items;
    if (map.flow === true) return this.addToBraces(map, pairs);
    if (!isNode(first?.key)) return false;
    this.insertLines(contentEnd(map), pairs, this.columnOf(first.key));
    return true;
  }

  /** Gives keys to a pair whose value is nothing or `{}`. */
  fillEmpty(parent: YAMLMap, pair: Pair, pairs: readonly NewPair[]): boolean {
    const { key, value } = pair;
    if (!isNode(key) || !key.range) return false;
    const source = this.sourceOf(value);
    if (isMap(value) && source.includes('\n')) return this.addToBraces(value, pairs);
    if (parent.flow === true) return this.setText(pair, flowMapText(pairs, isQuoted(key)));
    if (source !== '') {
      const [start, end] = rangeOf(value);
      this.edits.replace(this.afterBlanksBefore(start), end, '');
    }
    const column = this.columnOf(key);
    this.insertLines(this.afterCommentsBelow(pairEnd(pair), column), pairs, column + this.unit);
    return true;
  }

  /** Turns `key: text` into a mapping: `first` has the text, or a new one, under its key, the others come behind it. */
  expand(parent: YAMLMap, pair: Pair, first: { key: string; value?: string }, others: readonly NewPair[]): boolean {
    const { key, value } = pair;
    const source = this.sourceOf(value);
    if (!isNode(key) || !isScalar(value) || !isPlainText(value, source)) return false;
    const [start, end] = rangeOf(value);
    const text = first.value === undefined ? source : scalarTextLike(first.value, value);
    if (parent.flow === true) {
      const texts = others.map((added) => `, ${flowText(added, isQuoted(key))}`).join('');
      this.edits.replace(start, end, `{ ${isQuoted(key) ? JSON.stringify(first.key) : first.key}: ${text}${texts} }`);
      return true;
    }
    const isOnOwnLine = this.lineStart(start) !== this.lineStart(rangeOf(key)[0]);
    const column = isOnOwnLine ? this.columnOf(value) : this.columnOf(key) + this.unit;
    if (isOnOwnLine) this.edits.replace(start, end, `${first.key}: ${text}`);
    else {
      this.edits.replace(this.afterBlanksBefore(start), end, '');
      this.edits.insert(this.lineEnd(end), `${this.eol}${' '.repeat(column)}${first.key}: ${text}`);
    }
    this.insertLines(end, others, column);
    return true;
  }

  /** Sets the text of a key that is there. */
  setScalar(pair: Pair, value: string): boolean {
    return (isScalar(pair.value) || !pair.value) && this.setText(pair, scalarTextLike(value, pair.value));
  }

  /** Removes a key with all that belongs to it; `owner` is the pair whose value the mapping is. */
  remove(map: YAMLMap, pair: Pair, owner: Pair): boolean {
    if (map.flow === true) return this.removeFromBraces(map, pair);
    const [start] = rangeOf(pair.key);
    let from = this.lineStart(start);
    if (this.text.slice(from, start).trim() !== '') return false;
    const last = this.afterCommentsBelow(pairEnd(pair), this.columnOf(pair.key as Node));
    const to = this.afterLineBreak(last);
    const isBlankBefore = /(?:^|\n)[ \t]*\r?\n$/.test(this.text.slice(0, from));
    if (isBlankBefore && /^[ \t]*(?:\r?\n|$)/.test(this.text.slice(to))) from = this.lineStart(from - 1);
    // The last line of a file without a last line break takes the break before it along.
    if (to === this.text.length && !this.text.endsWith('\n')) from = this.lineEnd(from);
    this.edits.replace(from, to, '');
    return map.items.length > 1 || this.insertAfterColon(owner, ' {}');
  }

  private removeFromBraces(map: YAMLMap, pair: Pair): boolean {
    const index = map.items.indexOf(pair);
    const [next, previous] = [map.items[index + 1], map.items[index - 1]];
    const [start] = rangeOf(pair.key);
    if (next) this.edits.replace(start, rangeOf(next.key)[0], '');
    else if (previous) this.edits.replace(pairEnd(previous), pairEnd(pair), '');
    else this.edits.replace(start, pairEnd(pair) + (/^\s*,/.exec(this.text.slice(pairEnd(pair)))?.[0].length ?? 0), '');
    return true;
  }

  private setText(pair: Pair, text: string): boolean {
    const source = this.sourceOf(pair.value);
    if (source === '') return this.insertAfterColon(pair, ` ${text}`);
    const [start] = rangeOf(pair.value);
    // A block of text takes the line breaks behind it along; they stay.
    this.edits.replace(start, start + source.trimEnd().length, text);
    return true;
  }

  private insertAfterColon(pair: Pair, text: string): boolean {
    const [, keyEnd] = rangeOf(pair.key);
    const colon = /^\s*:/.exec(this.text.slice(keyEnd));
    if (!colon) return false;
    this.edits.insert(keyEnd + colon[0].length, text);
    return true;
  }

  private addToBraces(map: YAMLMap, pairs: readonly NewPair[]): boolean {
    const last = map.items.at(-1);
    const texts = pairs.map((pair) => flowText(pair, isQuoted(last?.key)));
    if (!last) {
      this.edits.insert(rangeOf(map)[0] + 1, ` ${texts.join(', ')}`);
      return true;
    }
    const end = pairEnd(last);
    const lineStart = this.lineStart(rangeOf(last.key)[0]);
    const indentation = this.text.slice(lineStart, rangeOf(last.key)[0]);
    const behind = /^[ \t]*(,?)[ \t]*(?:#.*)?$/.exec(this.text.slice(end, this.lineEnd(end)));
    if (behind === null || indentation.trim() !== '') {
      this.edits.insert(end, `, ${texts.join(', ')}`);
      return true;
    }
    // Each key has its own line here, and a comment may follow the last one.
    const hasComma = behind[1] === ',';
    if (!hasComma) this.edits.insert(end, ',');
    const lines = texts.map((text) => this.eol + indentation + text).join(',');
    this.edits.insert(this.lineEnd(end), hasComma ? `${lines},` : lines);
    return true;
  }

  private appendToEmptyFile(pairs: readonly NewPair[]): boolean {
    const lines = pairs.flatMap((pair) => blockLines(pair, 0, this.unit)).join(this.eol);
    const needsBreak = this.text !== '' && this.text !== '\uFEFF' && !this.text.endsWith('\n');
    this.edits.insert(this.text.length, `${needsBreak ? this.eol : ''}${lines}${this.eol}`);
    return true;
  }

  /** Puts keys on lines of their own below the line of `position`. */
  private insertLines(position: number, pairs: readonly NewPair[], column: number): void {
    const lines = pairs.flatMap((pair) => blockLines(pair, column, this.unit));
    this.edits.insert(this.lineEnd(position), lines.map((line) => this.eol + line).join(''));
  }

  /** Moves past comments that stand below `position` and further right than `column`: they belong to what is above. */
  private afterCommentsBelow(position: number, column: number): number {
    let after = position;
    let next = this.lineEnd(position);
    for (;;) {
      const line = /^\r?\n([ \t]*)(#.*)?(?=\r?\n|$)/.exec(this.text.slice(next));
      if (!line) return after;
      const [whole, indentation = '', comment] = line;
      next += whole.replace(/\r$/, '').length;
      if (comment !== undefined && indentation.length <= column) return after;
      if (comment !== undefined) after = next;
    }
  }

  /** The end of the line that `position` is on; of the line before, where it is at the start of one. */
  private lineEnd(position: number): number {
    const at = position > 0 && this.text[position - 1] === '\n' ? position - 1 : position;
    const found = this.text.indexOf('\n', at);
    const end = found < 0 ? this.text.length : found;
    return this.text[end - 1] === '\r' ? end - 1 : end;
  }

  private afterLineBreak(position: number): number {
    const found = this.text.indexOf('\n', this.lineEnd(position));
    return found < 0 ? this.text.length : found + 1;
  }

  private lineStart(position: number): number {
    const start = position <= 0 ? 0 : this.text.lastIndexOf('\n', position - 1) + 1;
    return start === 0 && this.text.startsWith('\uFEFF') ? Math.min(1, position) : start;
  }

  private afterBlanksBefore(position: number): number {
    let start = position;
    while (this.text[start - 1] === ' ' || this.text[start - 1] === '\t') start--;
    return start;
  }

  private columnOf(node: Node): number {
    const [start] = rangeOf(node);
    return start - this.lineStart(start);
  }

  private sourceOf(node: unknown): string {
    return isNode(node) ? this.text.slice(...rangeOf(node)) : '';
  }

  /** By how many columns this file indents; 2 where it does not show. */
  private indentationUnit(): number {
    const root = this.document.contents;
    if (!isMap(root) || root.flow === true) return 2;
    for (const { key, value } of root.items) {
      const inner = isMap(value) && value.flow !== true ? value.items[0]?.key : undefined;
      if (isNode(key) && isNode(inner)) return Math.max(1, this.columnOf(inner) - this.columnOf(key));
    }
    return 2;
  }
}

function rangeOf(node: unknown): [number, number] {
  const { range } = node as Node;
  return range ? [range[0], range[1]] : [0, 0];
}

function isQuoted(key: unknown): boolean {
  return isScalar(key) && key.type === 'QUOTE_DOUBLE';
}

/** Whether a value is nothing but a text on one line. */
function isPlainText({ anchor, tag }: Scalar, source: string): boolean {
  return !anchor && !tag && source !== '' && !/[\r\n]/.test(source);
}
