import { setTimeout as sleep } from 'node:timers/promises';
import { Option, SubCommand } from 'nest-commander';
import { isKnownDead } from '../../../runtime/run-store/run-owner.js';
import { isFinal, type RunRecord } from '../../../runtime/run-store/run-record.js';
import { CliOutput } from '../cli-output.js';
import { PluginHost } from '../plugin-host.js';
import { StdoutGuard } from '../stdout-guard.js';
import { isHeldHere, RecoveryCommand, type RecoveryOptions, type StoredRun } from './recovery-command.js';
import { runIn } from './store-command.js';

interface CancelOptions extends RecoveryOptions {
  readonly reason?: string;
}

const POLL_MS = 100;

@SubCommand({
  name: 'cancel',
  arguments: '<id>',
  argsDescription: { id: 'id of the run; `run list` shows them' },
  description: 'Tell a run to end, and wait until it has; where its process is gone, its steps are undone here',
})
export class RunCancelCommand extends RecoveryCommand {
  constructor(
    protected readonly host: PluginHost,
    protected readonly output: CliOutput,
    protected readonly guard: StdoutGuard,
  ) {
    super();
  }

  async run([id = '']: string[], options: CancelOptions): Promise<void> {
    await this.withStore(options, async (store) => {
      const { reason = 'cancelled from the command line' } = options;
      const record = await runIn(store, id);
      const isAsked = await store.requestCancel(id, reason);
      const ended = isAsked ? await this.#ended({ record, store }, reason, options) : record;
      this.#print(ended, isAsked, options);
    });
  }

  async #ended(run: StoredRun, reason: string, options: CancelOptions): Promise<RunRecord> {
    for (let isTold = false; ;) {
      const record = await runIn(run.store, run.record.id);
      if (isFinal(record.status)) return record;
      const isSilent = isHeldHere(record) && isLeaseOver(record);
      if (isAbandoned(record) || (isSilent && options.force)) {
        return this.#endHere({ record, store: run.store }, reason, options);
      }
      if (isSilent && !isTold) {
        isTold = true;
        this.output.note(
          `Process ${record.owner?.pid} of this host has the run and is silent. End it, or add --force.`,
        );
      }
      await sleep(POLL_MS);
    }
  }

  async #endHere(run: StoredRun, reason: string, options: CancelOptions): Promise<RunRecord> {
    try {
      return await this.withPlugin(run, options, ({ runner }, params) =>
        runner.cancel(run.record.id, reason, { params }),
      );
    } catch (thrown) {
      this.output.note(`Run ${run.record.id} stays asked to end: whoever goes on with it undoes its steps.`);
      throw thrown;
    }
  }

  #print({ id, status, undo, ended_at }: RunRecord, isAsked: boolean, { json }: CancelOptions): void {
    if (json) this.output.result({ id, status, ...(undo && { undo }), ended_at });
    else this.output.text(`Run ${id} ${isAsked ? 'is' : 'was over before: it is'} ${status}.\n`);
    if (status !== 'cancelled') process.exitCode = 1;
  }

  @Option({ flags: '--reason <text>', description: 'why, for whoever reads the run' })
  parseReason(text: string): string {
    return text;
  }
}

/** Whether nobody is left who could hear of it. */
function isAbandoned(record: RunRecord): boolean {
  const { status, owner } = record;
  if (status === 'pending' || (owner !== undefined && isKnownDead(owner))) return true;
  return isLeaseOver(record) && !isHeldHere(record);
}

function isLeaseOver({ lease_expires_at: leaseEnd }: RunRecord): boolean {
  return leaseEnd !== undefined && leaseEnd <= Date.now();
}
