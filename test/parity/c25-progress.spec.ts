import { SynapseError } from '../../src/foundation/errors/synapse.error.js';
import { recordedCase } from './recorded-case.js';
import { CODE_OF, type RecordedCall, RecordingLogger, replay } from './recording-logger.js';

const { expected } = recordedCase<unknown, RecordedCall[]>('C25');

/**
 * All values are the original's, those included that D40 calls misleading: a standalone logger keeps them, and the
 * logger of a run (RunLogger) has the fixes, with tests of its own that start with D40.
 */
describe('C25: progress of a standalone logger under a controlled clock', () => {
  const logger = new RecordingLogger();
  const outcomes = expected.map((call) => {
    const from = logger.emitted.length;
    const warned = logger.deprecations.length;
    const thrown = replay(logger, call);
    return { call, thrown, emitted: logger.emitted.slice(from), deprecation: logger.deprecations.slice(warned) };
  });

  it.each(outcomes.map((outcome, index) => [index + 1, JSON.stringify(outcome.call.call), outcome] as const))(
    'call %i, %s, emits and throws what the original did',
    (_index, _call, { call, thrown, emitted, deprecation }) => {
      expect(emitted).toEqual(call.emitted);
      expect(deprecation).toEqual(call.deprecation_warning === undefined ? [] : [call.deprecation_warning]);
      if (call.error === undefined) {
        expect(thrown).toBeUndefined();
      } else {
        expect(SynapseError.is(thrown) && thrown.code).toBe(CODE_OF[call.error.type]);
        expect((thrown as Error).message.startsWith(call.error.message)).toBe(true);
      }
    },
  );

  it('warns once of each way to use the old name, not at every call', () => {
    const again = new RecordingLogger();
    for (let index = 0; index < 3; index++) again.setProgress(1, 2, null, 'cat');

    expect(again.deprecations).toHaveLength(1);
  });
});
