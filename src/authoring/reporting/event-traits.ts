import type { Lane } from './coalescing-buffer.js';
import type { RunEventType } from './run-event.js';

/** The kinds of event of which only the newest per key matters. */
export const Lanes: Partial<Record<RunEventType, Lane>> = { progress: 0, metrics: 1 };

/** What a newer event replaces an older one by. */
export function latestKeyOf(data: { readonly key?: unknown }): string | null {
  return typeof data.key === 'string' ? data.key : null;
}

/** Progress of another status is another fact, and is kept. */
export function variantOf(data: { readonly status?: unknown }): string {
  return typeof data.status === 'string' ? data.status : '';
}

/** Size of events that never hold more than names and numbers: looking at each field would cost more than storing them, in bytes. */
export const SmallBytes: Partial<Record<RunEventType, number>> = { 'step.started': 200, 'step.completed': 200 };

/** About how much memory an event's data holds: its texts down to the second level, which is where large ones are. */
export function roughBytesOf(data: Record<string, unknown>): number {
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
