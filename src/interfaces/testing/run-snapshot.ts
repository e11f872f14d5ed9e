import { stringify } from 'yaml';
import type { RunEvent } from '../../authoring/reporting/run-event.js';
import { safeJson } from '../../authoring/reporting/safe-json.js';
import type { JournalEntry } from '../../runtime/run-store/run-journal.js';
import type { RunRecord } from '../../runtime/run-store/run-record.js';

/** What a snapshot is made of. */
export interface SnapshotSource {
  readonly record: RunRecord;
  readonly events: readonly RunEvent[];
  readonly journal?: readonly JournalEntry[];
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const ISO_TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
/** Fields that hold times or durations. */
const VOLATILE = new Set([
  'time_remaining',
  'elapsed_time',
  'elapsed',
  'elapsed_ms',
  'duration_ms',
  'duration_seconds',
  'timestamp',
  'at',
]);

/**
 * A run as YAML in which nothing changes from run to run: how it ended, what its steps came to, and its events in order. Each id that
 * occurs is `<id 1>`, `<id 2>` …, times and durations are `<time>`. Progress, which comes as often as the clock allows, is left out but for the last of each key.
 */
export function snapshotOfRun({ record, events, journal = [] }: SnapshotSource): string {
  const { plugin, action, status, attempt, params, result, error, undo } = record;
  const run = {
    plugin,
    action,
    status,
    attempt,
    params,
    result,
    error: error && { code: error.code, message: error.message },
    undo,
  };
  const steps = journal.map(({ kind, name, result: came, rollback_data }) => ({ [kind]: name, came, rollback_data }));
  const told = lastProgressOnly(events).map(({ type, data }) => ({ [type]: data }));
  const ids = new Map<string, string>();
  return stringify(normalised({ run, ...(steps.length > 0 && { journal: steps }), events: told }, ids), {
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}

function lastProgressOnly(events: readonly RunEvent[]): readonly RunEvent[] {
  const last = new Map(events.filter(({ type }) => type === 'progress').map((event) => [event.data['key'], event]));
  return events.filter((event) => event.type !== 'progress' || last.get(event.data['key']) === event);
}

/** Its JSON form, with what varies replaced. */
function normalised(value: unknown, ids: Map<string, string>): unknown {
  return JSON.parse(safeJson(value), (key, inner: unknown) => {
    if (key === 'stack') return '<stack>';
    if (VOLATILE.has(key) && inner !== null) return '<time>';
    if (typeof inner !== 'string') return inner;
    return inner.replace(ISO_TIME, '<time>').replace(UUID, (id) => nameOf(id, ids));
  });
}

function nameOf(id: string, ids: Map<string, string>): string {
  const known = ids.get(id) ?? `<id ${ids.size + 1}>`;
  ids.set(id, known);
  return known;
}
