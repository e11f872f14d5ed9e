import { LogLevel } from '../../foundation/config/enums.js';

export { LogLevel };

const RANKS: ReadonlyMap<unknown, number> = new Map(Object.values(LogLevel).map((level, rank) => [level, rank]));

/** Whether `value` is one of the five level names. */
export function isLogLevel(value: unknown): value is LogLevel {
  return RANKS.has(value);
}

/** Whether `level` is at least as serious as `minimum`. A level nobody knows counts as info. */
export function isAtLeast(level: string, minimum: LogLevel): boolean {
  return (RANKS.get(level) ?? 1) >= (RANKS.get(minimum) ?? 0);
}
