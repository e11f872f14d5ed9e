import { SubCommand } from 'nest-commander';
import { errorToJson } from '../../../foundation/errors/error-json.js';
import type { StepUndoReport } from '../../../foundation/errors/step.errors.js';
import type { RunOutcome } from '../../../runtime/invocation/run-outcome.js';
import type { RunRecord } from '../../../runtime/run-store/run-record.js';
import { CliOutput } from '../cli-output.js';
import { PluginHost } from '../plugin-host.js';
import { StdoutGuard } from '../stdout-guard.js';
import { RecoveryCommand, type RecoveryOptions } from './recovery-command.js';
import { runIn } from './store-command.js';

@SubCommand({
  name: 'undo',
  arguments: '<id>',
  argsDescription: { id: 'id of the run; `run list` shows them' },
  description:
    'Undo the steps of a run, newest first: of one that was interrupted or is over, or what an earlier undo has left',
})
export class RunUndoCommand extends RecoveryCommand {
  constructor(
    protected readonly host: PluginHost,
    protected readonly output: CliOutput,
    protected readonly guard: StdoutGuard,
  ) {
    super();
  }

  async run([id = '']: string[], options: RecoveryOptions): Promise<void> {
    await this.withStore(options, async (store) => {
      const record = await runIn(store, id);
      const { outcome } = await this.recover({ record, store }, options, ({ runner }, params) =>
        runner.undo(id, { params }),
      );
      this.#print(await runIn(store, id), outcome, options);
    });
  }

  #print({ id, status, undo }: RunRecord, outcome: RunOutcome, { json }: RecoveryOptions): void {
    const undone = undoneOf(outcome);
    const error = outcome.status === 'completed' ? undefined : outcome.error;
    if (json) this.output.result({ id, status, undo, undone, ...(error && { error: errorToJson(error) }) });
    else this.output.text(undone.length === 0 ? 'Nothing was to be undone.\n' : undone.map(lineOf).join(''));
    if (error) this.output.error(error);
  }
}

function undoneOf(outcome: RunOutcome): readonly StepUndoReport[] {
  const told = outcome.status === 'completed' ? outcome.result : outcome.error.details['undone'];
  return Array.isArray(told) ? (told as readonly StepUndoReport[]) : [];
}

function lineOf({ step, ok, error }: StepUndoReport): string {
  return ok ? `${step}: undone\n` : `${step}: not undone: ${error ?? ''}\n`;
}
