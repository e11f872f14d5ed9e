import { SubCommand } from 'nest-commander';
import { errorToJson } from '../../../foundation/errors/error-json.js';
import type { StepUndoReport } from '../../../foundation/errors/step.errors.js';
import type { RunOutcome } from '../../../runtime/invocation/run-outcome.js';
import { nodeOfKey } from '../../../runtime/pipelines/pipeline-children.js';
import type { RunRecord } from '../../../runtime/run-store/run-record.js';
import { shownStoreWord } from '../../../runtime/run-store/run-store-of.js';
import { CliOutput } from '../cli-output.js';
import { PluginHost } from '../plugin-host.js';
import { StdoutGuard } from '../stdout-guard.js';
import { RecoveryCommand, type RecoveryOptions, type StoredRun } from './recovery-command.js';
import { runIn } from './store-command.js';

const MAX_CHILDREN = 1_000;

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
      await this.#noteLeft({ record, store }, outcome, options);
    });
  }

  /** A pipeline's undo compensates for its actions; steps of an action that knows no compensation are undone by an undo of its own run. */
  async #noteLeft({ record, store }: StoredRun, outcome: RunOutcome, options: RecoveryOptions): Promise<void> {
    const compensated = new Set(undoneOf(outcome).map(({ step }) => step));
    const option = options.store === undefined ? '' : ` --store ${shownStoreWord(options.store)}`;
    for (const child of await store.list({ parentId: record.id, status: 'completed', limit: MAX_CHILDREN })) {
      const name = nodeOfKey(child.idempotency_key, `${record.idempotency_key}/`);
      if (child.undo === 'done' || compensated.has(name)) continue;
      if (!(await store.journal(child.id)).some(({ kind }) => kind === 'step')) continue;
      this.output.note(
        `The steps of '${name}' are not undone: its action has no compensate. Undo them: synapse run undo ${child.id}${option}`,
      );
    }
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
