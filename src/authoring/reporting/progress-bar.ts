import { durationText, plainText } from './console-text.js';
import type { ProgressEventData } from './run-event.js';

/** What one bar shows. */
export interface BarState {
  readonly label: string;
  readonly data: ProgressEventData;
  /** Metrics of the phase in a few words. */
  metrics: string;
}

/** Colours, or none. */
export interface Paint {
  bar(status: ProgressEventData['status'], text: string): string;
  level(level: string, text: string): string;
}

const BAR_COLORS = { running: 36, completed: 32, failed: 31 } as const;
const LEVEL_COLORS: Readonly<Partial<Record<string, number>>> = { debug: 2, warning: 33, error: 31, critical: 31 };
const MAX_BAR_WIDTH = 30;
const MIN_BAR_WIDTH = 6;

/** Colours for a terminal that shows them; without `hasColor`, texts stay as they are. */
export function paintOf(hasColor: boolean): Paint {
  const color = (code: number | undefined, text: string): string =>
    hasColor && code !== undefined && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    bar: (status, text) => color(BAR_COLORS[status], text),
    level: (level, text) => color(LEVEL_COLORS[level], text),
  };
}

/** One line of at most `columns` columns: label, bar, percentage, counts, metrics, time left. */
export function renderBar({ label, data, metrics }: BarState, columns: number, paint: Paint): string {
  const counts =
    data.current === null || data.total === null ? '' : ` ${shortNumber(data.current)}/${shortNumber(data.total)}`;
  const tail = [`${data.percent.toFixed(1).padStart(5)}%${counts}`, metrics, stateText(data)]
    .filter((part) => part !== '')
    .join('  ');
  const head = plainText(label).replaceAll('\n', ' ');
  const room = columns - widthOf(head) - widthOf(tail) - 2;
  if (room < MIN_BAR_WIDTH) return cut(`${head} ${tail}`, columns);
  const width = Math.min(room, MAX_BAR_WIDTH);
  const filled = Math.floor((data.percent / 100) * width);
  return `${head} ${paint.bar(data.status, '█'.repeat(filled))}${'░'.repeat(width - filled)} ${tail}`;
}

function stateText({ status, time_remaining, elapsed_time }: ProgressEventData): string {
  if (status === 'failed') return 'failed';
  if (status === 'completed') return elapsed_time === null ? 'done' : `done in ${durationText(elapsed_time)}`;
  return time_remaining === null ? '' : `ETA ${durationText(time_remaining)}`;
}

function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 1;
  let kept = '';
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Columns that a text takes. East Asian characters and emoji take two; a guess that is too wide does no harm. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += (character.codePointAt(0) ?? 0) >= 0x1100 && !/[\u2000-\u2bff]/.test(character) ? 2 : 1;
  return width;
}
