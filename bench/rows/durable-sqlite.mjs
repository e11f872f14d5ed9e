import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentOwner, SqliteRunStore } from '../../dist/index.js';
import { rawInsert } from '../baselines/raw-insert.mjs';

const id = '01990000-0000-7000-8000-000000000001';
const files = Array.from({ length: 10 }, (_, index) => `images/${String(index).padStart(6, '0')}.png`);

function eventOf(seq, type, data) {
  return { seq, type, run_id: id, attempt: 1, time: '2026-01-01T00:00:00.000Z', data };
}

/** What a step leaves behind when it ends: its result, its undo data, the context, where the run stands, and two events. */
function commitOf(seq) {
  return {
    entries: [
      {
        seq,
        kind: 'step',
        name: 'upload_files',
        result: { success: true, data: { uploaded: files.length } },
        rollback_data: { urls: files },
        context: { dataset: 7, files },
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

/** One durable step, from the call until it would outlive kill -9. */
export default {
  id: 'durable-sqlite',
  case: 'a step of 1 kB',
  reach: 3,
  baseline: 'raw-insert',
  iterations: 2_000,
  rounds: 9,
  setup: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'synapse-bench-'));
    const store = new SqliteRunStore({ path: join(folder, 'runs.sqlite') });
    const lease = { epoch: 1, owner: currentOwner(), lease_expires_at: Date.now() + 60_000 };
    const record = { id, plugin: 'bench', action: 'upload', mode: 'local', status: 'running', attempt: 1 };
    await store.create({ ...record, ...lease, params: { files }, idempotency_key: id, created_at: Date.now() });
    return { folder, store, raw: rawInsert(store.path), seq: 0 };
  },
  ours: (context) => {
    const outcome = context.store.commit(id, 1, commitOf(++context.seq));
    if (outcome !== 'committed') throw new Error(`the commit was refused: ${outcome}`);
  },
  base: (context) => context.raw.insert(JSON.stringify(commitOf(++context.seq))),
  teardown: ({ folder, store, raw }) => {
    raw.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  },
};
