/** One name of the original that has its row. */
export interface CounterpartRow {
  readonly area: string;
  readonly original: string;
  /** Names of this package; none where there is no counterpart. */
  readonly here: readonly string[];
  readonly note: string;
}

/** One name of the original that waits for a later part of the project. */
export interface WaitingRow {
  readonly area: string;
  readonly original: string;
  readonly topic: string;
}

/** The rows below the heading `Counterparts`, each with the heading of its area. @throws on a row of another form. */
export function counterpartsIn(page: string): CounterpartRow[] {
  return section(page, 'Counterparts')
    .split(/^### /m)
    .slice(1)
    .flatMap((part) => {
      const area = (part.split('\n')[0] ?? '').trim();
      return rowsOf(part).map(([original = '', here = '', note = '']) => ({
        area,
        original: nameIn(original),
        here: here === '–' ? [] : here.split(', ').map(nameIn),
        note,
      }));
    });
}

/** The names below the heading `Not yet`. @throws on a row of another form. */
export function waitingIn(page: string): WaitingRow[] {
  return rowsOf(section(page, 'Not yet')).flatMap(([area = '', topic = '', names = '']) =>
    names.split(', ').map((name) => ({ area, topic, original: nameIn(name) })),
  );
}

/** What a name of the original is called here unless there is a reason: classes the same, the rest in camelCase. */
export function sameWord(original: string): string {
  return original.replace(/(?<=[a-z0-9])_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** What follows a heading of the second level, up to the next one. */
function section(page: string, heading: string): string {
  const [, after] = page.split(`\n## ${heading}\n`);
  if (after === undefined) throw new Error(`There is no heading '${heading}'`);
  return after.split(/^## /m)[0] ?? '';
}

/** The cells of a section's tables, headings and rulers left out. */
function rowsOf(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const rulers = lines.flatMap((line, index) => (/^[|-]+$/.test(line) ? [index] : []));
  return lines
    .filter((_, index) => !rulers.includes(index) && !rulers.includes(index + 1))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function nameIn(cell: string): string {
  const [, name] = /^`([\w.]+)`$/.exec(cell) ?? [];
  if (name === undefined) throw new Error(`'${cell}' is no name in backticks`);
  return name;
}
