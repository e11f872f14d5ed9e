import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteRunStore } from '../../dist/index.js';
import { rawInsert } from '../baselines/raw-insert.mjs';
import { commitOf, recordOf } from '../lib/durable-step.mjs';

const id = '01990000-0000-7000-8000-000000000001';

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
    await store.create(recordOf(id));
    return { folder, store, raw: rawInsert(store.path), seq: 0 };
  },
  ours: (context) => {
    const outcome = context.store.commit(id, 1, commitOf(id, ++context.seq));
    if (outcome !== 'committed') throw new Error(`the commit was refused: ${outcome}`);
  },
  base: (context) => context.raw.insert(JSON.stringify(commitOf(id, ++context.seq))),
  teardown: ({ folder, store, raw }) => {
    raw.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  },
};
