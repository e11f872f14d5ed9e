import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** Longest line that is kept, in characters. What is longer is a program gone wrong, not a report. */
const MAX_LINE_CHARS = 16_384;

/**
 * Cuts the output of a program into lines, however the pipe has torn it apart. A carriage return ends a line as well, since
 * progress bars redraw theirs; colours and cursor moves are removed, empty lines left out.
 */
export class OutputLines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer | string): void {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
    const lines = (this.#rest + text).split(/[\r\n]/);
    this.#rest = (lines.pop() ?? '').slice(0, MAX_LINE_CHARS);
    for (const line of lines) this.#emit(line);
  }

  /** The output is over: what no line break has ended is a line too. */
  end(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    this.#emit(rest);
  }

  #emit(line: string): void {
    const plain = stripVTControlCharacters(line.slice(0, MAX_LINE_CHARS)).trimEnd();
    if (plain !== '') this.#onLine(plain);
  }
}
