import { currentOwner } from '../../dist/index.js';

/** About what an upload step works with. */
export const FILES = Array.from({ length: 10 }, (_, index) => `images/${String(index).padStart(6, '0')}.png`);

/** A running run that this process owns. */
export function recordOf(id) {
  const lease = { epoch: 1, owner: currentOwner(), lease_expires_at: Date.now() + 600_000 };
  const run = { id, plugin: 'bench', action: 'upload', mode: 'local', status: 'running', attempt: 1 };
  return { ...run, ...lease, params: { files: FILES }, idempotency_key: id, created_at: Date.now() };
}

/** What a step leaves behind when it ends, 1 kB: its result, its undo data, the context, where the run stands, and two events. */
export function commitOf(id, seq) {
  const eventOf = (number, type, data) => ({
    seq: number,
    type,
    run_id: id,
    attempt: 1,
    time: '2026-01-01T00:00:00.000Z',
    data,
  });
  return {
    entries: [
      {
        seq,
        kind: 'step',
        name: 'upload_files',
        result: { success: true, data: { uploaded: FILES.length } },
        rollback_data: { urls: FILES },
        context: { dataset: 7, files: FILES },
        at: 1_767_225_600_000,
      },
    ],
    change: { next_steps: ['finalize'], progress: 50 },
    events: [
      eventOf(2 * seq - 1, 'step.completed', { step: 'upload_files', duration_ms: 12 }),
      eventOf(2 * seq, 'step.started', { step: 'finalize' }),
    ],
  };
}
