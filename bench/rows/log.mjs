import { jsonRecord } from '../baselines/json-record.mjs';
import { openRun } from '../lib/open-run.mjs';

const row = {
  id: 'log',
  reach: 1.5,
  baseline: 'json-record',
  iterations: 200_000,
  setup: openRun,
  teardown: ({ close }) => close(),
};
let count = 0;

/** One event, from the call to the run's store; the baseline is the text of the same record. */
export default [
  {
    ...row,
    case: 'ctx.log with three values',
    ours: ({ ctx }) => ctx.log('epoch', { epoch: ++count, loss: 0.52, name: 'digits' }),
    base: () =>
      jsonRecord({
        event: 'epoch',
        data: { epoch: ++count, loss: 0.52, name: 'digits' },
        file: null,
        step: null,
        level: 'info',
      }),
  },
  {
    ...row,
    case: 'logger.info with a sentence',
    ours: ({ ctx }) => ctx.logger.info('An epoch is over.'),
    base: () =>
      jsonRecord({ event: 'info', data: { message: 'An epoch is over.' }, file: null, step: null, level: 'info' }),
  },
];
