import { stripVTControlCharacters } from 'node:util';
import type { LogEventData } from './run-event.js';
import { safeJson } from './safe-json.js';

// Control characters but tab and line break, and those that turn the direction of writing: a plugin's text must not
// move the cursor, hide a line or make it read as another.
const UNSAFE = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu;

/** `text` without control sequences. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(UNSAFE, '');
}

/** One line for a logged event: `LEVEL: [step] event data`. */
export function logLine({ level, step, event, data }: LogEventData): string {
  return plainText(`${level.toUpperCase()}: ${prefixOf(step)}${event} ${safeJson(data)}`);
}

/** One line for progress: `INFO: [key] Progress: 25.0% | ETA: 4.0s`. */
export function progressLine(key: string | null, percent: number, etaSeconds: number | null): string {
  const eta = etaSeconds === null ? 'unknown' : `${decimal(etaSeconds)}s`;
  return plainText(`INFO: ${prefixOf(key)}Progress: ${decimal(percent)}% | ETA: ${eta}`);
}

/** One line for metrics: `INFO: [key] Metrics: {…}`. */
export function metricsLine(key: string, metrics: Record<string, unknown>): string {
  return plainText(`INFO: [${key}] Metrics: ${safeJson(metrics)}`);
}

function prefixOf(key: string | null): string {
  return key === null || key === '' ? '' : `[${key}] `;
}

/** A number with at least one decimal, as the original writes them. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** One line for people: like {@link logLine}, but a plain message is shown as such. */
export function humanLine(record: LogEventData): string {
  const { event, level, step, data } = record;
  const isMessage = event === 'message' && typeof data.content === 'string';
  const isSentence = event === level && typeof data.message === 'string' && Object.keys(data).length === 1;
  if (!isMessage && !isSentence) return logLine(record);
  const text = String(isMessage ? data.content : data.message);
  return plainText(`${humanLevel(record).toUpperCase()}: ${prefixOf(step)}${text}`);
}

/** The level that people should see: a message for them carries its tone in its data. */
export function humanLevel({ event, level, data }: LogEventData): string {
  if (event !== 'message') return level;
  if (data.context === 'danger') return 'error';
  return data.context === 'warning' ? 'warning' : level;
}

/** Metrics in a few words, for a place with little room: `loss 0.312, accuracy 0.95`. */
export function metricsText(metrics: Record<string, unknown>): string {
  const words = Object.entries(metrics).map(([name, value]) => `${name} ${shortValue(value)}`);
  return plainText(words.join(', ')).replaceAll('\n', ' ');
}

/** A duration in words: `75` is `1m15s`. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
}

function shortValue(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  return typeof value === 'string' ? value : safeJson(value);
}
