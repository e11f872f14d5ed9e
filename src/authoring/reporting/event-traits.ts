import type { Lane } from './coalescing-buffer.js';
import type { RunEvent, RunEventType } from './run-event.js';

// Comparisons, since looking a type up in a table takes as long as all else that becomes of a small event.

/** Where the events of a kind of which only the newest per key matters wait; undefined for all others. */
export function laneOf(type: RunEventType): Lane | undefined {
  if (type === 'progress') return 0;
  return type === 'metrics' ? 1 : undefined;
}

/** What a newer event replaces an older one by. */
export function latestKeyOf(data: { readonly key?: unknown }): string | null {
  return typeof data.key === 'string' ? data.key : null;
}

/** Progress of another status is another fact, and is kept. */
export function variantOf(data: { readonly status?: unknown }): string {
  return typeof data.status === 'string' ? data.status : '';
}

/** Of events that hold nothing but names and numbers. */
const SMALL_BYTES = 200;

/** About how much memory an event holds, in bytes. */
export function roughBytesOf({ type, data }: Pick<RunEvent, 'type' | 'data'>): number {
  const isSmall = type === 'step.started' || type === 'step.completed' || type === 'run.started';
  return isSmall ? SMALL_BYTES : bytesOf(data);
}

/** Of its texts down to the second level, which is where large ones are. */
function bytesOf(data: Readonly<Record<string, unknown>>): number {
  let bytes = 100;
  for (const key in data) {
    const value = data[key];
    if (typeof value === 'string') bytes += value.length;
    else if (typeof value === 'object' && value !== null) bytes += innerBytesOf(value);
  }
  return bytes;
}

function innerBytesOf(value: object): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (Array.isArray(value)) return value.length * 10;
  let bytes = 0;
  for (const key in value) {
    const inner: unknown = (value as Record<string, unknown>)[key];
    bytes += typeof inner === 'string' ? inner.length : 10;
  }
  return bytes;
}
