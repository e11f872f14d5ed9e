import { isLeft } from '../../../runtime/run-store/run-lease.js';
import type { RunSummary } from '../../../runtime/run-store/run-record.js';

/** The state of a run as a person needs it: one whose process is gone, or has given it back, is not going on, whatever its record says. */
export function statusText(run: RunSummary): string {
  return run.status === 'running' && isLeft(run) ? 'interrupted' : run.status;
}

/** A time of this machine's zone, to the second. */
export function timeText(ms: number | undefined): string {
  if (ms === undefined) return '-';
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** How long a run has taken; so far, where a living process is still at it. */
export function durationText(run: RunSummary, now = Date.now()): string {
  const { started_at, ended_at } = run;
  const end = ended_at ?? (statusText(run) === 'running' ? now : undefined);
  if (started_at === undefined || end === undefined) return '-';
  return msText(Math.max(0, end - started_at));
}

/** A duration in the unit that fits. */
export function msText(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60
    ? `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Longest value that is shown to people, in characters; `--json` has all of it. */
const MAX_VALUE_LENGTH = 500;

/** A value as JSON, cut where it is too long to read. */
export function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? '-';
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}… (${text.length} characters)` : text;
}
