import { errorToJson } from '../../../foundation/errors/error-json.js';
import type { RunOutcome } from '../../../runtime/invocation/run-outcome.js';
import type { CliOutput } from '../cli-output.js';
import { resultLine } from './result-line.js';

/** Prints how a run ended, as every command does that waits for one: the bare result, or with `json` one line with id and status. */
export function printOutcome(
  output: CliOutput,
  id: string,
  outcome: RunOutcome,
  { json = false }: { readonly json?: boolean },
): void {
  const fail = (status: RunOutcome['status'], error: unknown): void => {
    if (json) output.result({ id, status, error: errorToJson(error) });
    output.error(error);
  };
  if (outcome.status !== 'completed') return fail(outcome.status, outcome.error);
  let line: string;
  try {
    line = resultLine(outcome.result);
  } catch (thrown) {
    return fail('failed', thrown);
  }
  output.text(json ? `{"id":${JSON.stringify(id)},"status":"completed","result":${line}}\n` : `${line}\n`);
}

/** Prints why nothing was run. */
export function printRefusal(output: CliOutput, thrown: unknown, { json = false }: { readonly json?: boolean }): void {
  if (json) output.result({ id: null, status: 'failed', error: errorToJson(thrown) });
  output.error(thrown);
}
