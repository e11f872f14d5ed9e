import { jsonRecord } from '../baselines/json-record.mjs';
import { openRun } from '../lib/open-run.mjs';

const TOTAL = 1_000_000_000;
const row = {
  id: 'progress',
  reach: 2,
  baseline: 'json-record',
  iterations: 200_000,
  setup: openRun,
  teardown: ({ close }) => close(),
};
let current = 0;

const record = (key) => ({
  key,
  percent: 0.12,
  overall: 0.12,
  current: ++current,
  total: TOTAL,
  time_remaining: 26.5,
  elapsed_time: 2.72,
  status: 'running',
});

/** One report of progress, with its arithmetic; the baseline is the text of the same record. */
export default [
  {
    ...row,
    case: 'one phase',
    ours: ({ ctx }) => ctx.setProgress(++current, TOTAL, 'train'),
    base: () => jsonRecord(record('train')),
  },
  {
    ...row,
    case: 'two phases in turn',
    ours: ({ ctx }) => ctx.setProgress(++current, TOTAL, current % 2 === 0 ? 'train' : 'evaluate'),
    base: () => jsonRecord(record(current % 2 === 0 ? 'train' : 'evaluate')),
  },
];
