import type { RunRow } from '../run-rows.js';
import type { ReferringText } from './found-blobs.js';

/** A run with all its columns. */
export type FullRow = RunRow & { readonly params: string | null; readonly result: string | null };

/** The texts of a run that may refer to large values. */
export function textsOfRun({ id, params, result, ...row }: FullRow): readonly ReferringText[] {
  const texts = { params, result, 'next steps': row.next_steps, error: row.error };
  return Object.entries(texts).map(([name, text]) => ({ runId: id, name, text }));
}

/** Those of a run as lists show it. */
export function textsOfSummary({ id, next_steps, error }: RunRow): readonly ReferringText[] {
  return [
    { runId: id, name: 'next steps', text: next_steps },
    { runId: id, name: 'error', text: error },
  ];
}
