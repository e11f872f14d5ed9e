import type { Bar } from '../quality/statistics.js';
import { escaped } from './html.js';

const WIDTH = 520;
const BAR_HEIGHT = 22;
const LABEL_WIDTH = 120;
const VALUE_WIDTH = 60;
/** Bars of one chart; the rest is summed up. */
const MOST_BARS = 30;
const LABEL_CHARS = 18;

/** A chart of horizontal bars as SVG. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const shown = summedUp(bars);
  const most = Math.max(1, ...shown.map(({ value }) => value));
  const height = shown.length * BAR_HEIGHT + 4;
  const rows = shown.map(({ label, value }, index) => {
    const [y, width] = [index * BAR_HEIGHT + 2, ((WIDTH - LABEL_WIDTH - VALUE_WIDTH) * value) / most];
    const short = label.length > LABEL_CHARS ? `${label.slice(0, LABEL_CHARS - 1)}…` : label;
    return [
      `<text x="${LABEL_WIDTH - 8}" y="${y + 15}" text-anchor="end">${escaped(short)}</text>`,
      `<rect x="${LABEL_WIDTH}" y="${y + 3}" width="${width.toFixed(1)}" height="${BAR_HEIGHT - 6}" rx="2">`,
      `<title>${escaped(label)}: ${value}</title></rect>`,
      `<text x="${(LABEL_WIDTH + width + 6).toFixed(1)}" y="${y + 15}">${value}</text>`,
    ].join('');
  });
  return chart(title, WIDTH, height, rows.join(''));
}

const CELL = 22;

/** A map of how many lie where, the darker the more, as SVG. */
export function heatMap(title: string, rows: readonly (readonly number[])[]): string {
  const most = Math.max(1, ...rows.flat());
  const cells = rows.flatMap((row, y) =>
    row.map((value, x) => {
      const place = `x="${x * CELL}" y="${y * CELL}" width="${CELL - 1}" height="${CELL - 1}"`;
      return `<rect ${place} fill-opacity="${(0.06 + (0.94 * value) / most).toFixed(2)}"><title>${value}</title></rect>`;
    }),
  );
  return chart(title, (rows[0]?.length ?? 0) * CELL, rows.length * CELL, cells.join(''));
}

function chart(title: string, width: number, height: number, content: string): string {
  const name = escaped(title);
  const svg = `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${name}">${content}</svg>`;
  return `<figure><figcaption>${name}</figcaption>${svg}</figure>`;
}

function summedUp(bars: readonly Bar[]): readonly Bar[] {
  if (bars.length <= MOST_BARS) return bars;
  const rest = bars.slice(MOST_BARS - 1);
  const value = rest.reduce((sum, bar) => sum + bar.value, 0);
  return [...bars.slice(0, MOST_BARS - 1), { label: `${rest.length} others`, value }];
}
