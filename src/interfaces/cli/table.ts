import { stripVTControlCharacters, styleText } from 'node:util';

/** Characters that take two columns of a terminal: those of East Asia, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
/** Characters that are drawn over the one before. */
const COMBINING = /^[\p{M}\u200b-\u200d\ufe0f]$/u;
/** What must not reach a terminal from a file: control characters, and what turns the direction of writing. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

const GAP = '  ';

/**
 * Rows under a heading, each column as wide as its widest cell. Bold headings where stdout is a terminal that shows them.
 *
 * @param rows - Cells in the order of `headings`; a cell is one line whatever it holds.
 */
export function tableText(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = headings.map((heading, column) =>
    Math.max(...[heading, ...cells.map((row) => row[column] ?? '')].map(displayWidth)),
  );
  const [head = '', ...lines] = [headings, ...cells].map((row) => lineOf(row, widths));
  return [styleText('bold', head, { stream: process.stdout }), ...lines, ''].join('\n');
}

/** Columns that a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** A text as one line that cannot move the cursor. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text).replace(UNSAFE, ' ').trim();
}

function lineOf(row: readonly string[], widths: readonly number[]): string {
  const padded = row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell)));
  return padded.join(GAP).trimEnd();
}
