import { raiseForStatus, SynapseError } from '../../src/foundation/errors/index.js';
import { recordedCase } from './recorded-case.js';

type Recorded = 'no error' | { readonly type: string; readonly message: string };

const { input, expected } = recordedCase<{ statuses: number[] }, Record<string, Recorded>>('C32');
/** The original has two classes called ValidationError; here the one for refused requests has a name of its own (D44). */
const RENAMED: Record<string, string> = { ValidationError: 'RequestInvalidError' };

function raised(status: number): unknown {
  try {
    raiseForStatus(status, 'd');
    return 'no error';
  } catch (error) {
    if (!SynapseError.is(error)) throw error;
    return { type: error.name, message: error.message };
  }
}

describe('C32: the error of an HTTP status', () => {
  it.each(input.statuses)('%d gives the class and text it gave', (status) => {
    const recorded = expected[String(status)];
    if (recorded === undefined) throw new Error(`nothing recorded for ${status}`);

    expect(raised(status)).toEqual(
      recorded === 'no error' ? recorded : { type: RENAMED[recorded.type] ?? recorded.type, message: recorded.message },
    );
  });
});
