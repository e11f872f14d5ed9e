import { UsageError } from '../../foundation/errors/run.errors.js';

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of a duration such as `90s`, `1.5h` or `30d`. @throws {@link UsageError} for anything else. */
export function parseDuration(flag: string, text: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text.trim()) ?? [];
  const durationMs = Number(amount) * (UNITS_MS[unit] ?? Number.NaN);
  if (amount !== '' && Number.isSafeInteger(Math.round(durationMs))) return Math.round(durationMs);
  throw new UsageError(`${flag} takes a duration such as 90s, 15m, 2h, 30d or 4w, got '${text}'.`);
}

/** A time, in milliseconds since the epoch: a date such as `2026-01-31` or `2026-01-31T12:00`, or how long ago, such as `2h`. */
export function parseTime(flag: string, text: string, now = Date.now()): number {
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    const time = Date.parse(text);
    if (!Number.isNaN(time)) return time;
  } else if (/^\s*\d+(\.\d+)?[a-z]+\s*$/.test(text)) {
    return now - parseDuration(flag, text);
  }
  throw new UsageError(`${flag} takes a date such as 2026-01-31 or how long ago, such as 2h or 7d, got '${text}'.`);
}

/** A whole number. @throws {@link UsageError} for anything else, and for one out of range. */
export function parseCount(
  flag: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (count >= min && count <= max) return count;
  throw new UsageError(`${flag} takes a whole number from ${min} to ${max}, got '${text}'.`);
}
