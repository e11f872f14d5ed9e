import { isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';

/** A key and what is written for it: text, or keys of its own. */
export interface NewPair {
  readonly key: string;
  readonly value: string | readonly NewPair[];
}

/** Replaces stretches of a text; what lies between them stays byte for byte. */
export class TextEdits {
  private readonly edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];

  constructor(private readonly source: string) {}

  /** Later calls for one place come behind earlier ones. */
  replace(start: number, end: number, text: string): void {
    this.edits.push({ start, end, text });
  }

  insert(at: number, text: string): void {
    this.replace(at, at, text);
  }

  /** The edited text; undefined when two edits want the same stretch. */
  apply(): string | undefined {
    let result = '';
    let done = 0;
    for (const { start, end, text } of this.edits.toSorted((a, b) => a.start - b.start)) {
      if (start < done) return undefined;
      result += this.source.slice(done, start) + text;
      done = end;
    }
    return result + this.source.slice(done);
  }
}

/** Where the content of a node ends, without the comments and blank lines behind it. */
export function contentEnd(node: unknown): number {
  const { range } = node as Node;
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const last: unknown = node.items.at(-1);
    if (last !== undefined) return isMap(node) ? pairEnd(last as Pair) : contentEnd(last);
  }
  return range?.[1] ?? 0;
}

/** Where the content of a pair ends. */
export function pairEnd({ key, value }: Pair): number {
  return Math.max(contentEnd(key), value ? contentEnd(value) : 0);
}

const PLAIN = /^[A-Za-z_][\w./-]*(?::[\w.$-]+)?$/;
const WORDS_WITH_MEANING = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** Text as YAML writes it, in quotes where it would be taken for something else. */
function scalarText(value: string, isQuoted = false): string {
  return !isQuoted && PLAIN.test(value) && !WORDS_WITH_MEANING.test(value) ? value : JSON.stringify(value);
}

/** Text in the style of what it replaces. */
export function scalarTextLike(value: string, former: unknown): string {
  const style = isScalar(former) ? former.type : undefined;
  if (style === 'QUOTE_SINGLE') return `'${value.replaceAll("'", "''")}'`;
  return scalarText(value, style === 'QUOTE_DOUBLE');
}

/** A pair within braces. */
export function flowText({ key, value }: NewPair, isQuoted: boolean): string {
  const text = typeof value === 'string' ? scalarText(value, isQuoted) : flowMapText(value, isQuoted);
  return `${scalarText(key, isQuoted)}: ${text}`;
}

/** A mapping within braces. */
export function flowMapText(pairs: readonly NewPair[], isQuoted: boolean): string {
  return `{ ${pairs.map((pair) => flowText(pair, isQuoted)).join(', ')} }`;
}

/** A pair as lines of its own, `column` columns from the left, what is within it `unit` further. */
export function blockLines({ key, value }: NewPair, column: number, unit: number): string[] {
  const start = `${' '.repeat(column)}${scalarText(key)}:`;
  if (typeof value === 'string') return [`${start} ${scalarText(value)}`];
  return [start, ...value.flatMap((pair) => blockLines(pair, column + unit, unit))];
}
