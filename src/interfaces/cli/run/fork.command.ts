import { Option, SubCommand } from 'nest-commander';
import type { RunRecord } from '../../../runtime/run-store/run-record.js';
import type { ForkRequest } from '../../../runtime/runner/recovery-request.js';
import type { RunHandle } from '../../../runtime/runner/run-handle.js';
import { CliOutput } from '../cli-output.js';
import { printOutcome } from '../plugin/print-outcome.js';
import { type OpenPlugin, PluginHost } from '../plugin-host.js';
import { StdoutGuard } from '../stdout-guard.js';
import { RecoveryCommand, type RecoveryOptions } from './recovery-command.js';
import { runIn } from './store-command.js';

interface ForkOptions extends RecoveryOptions {
  readonly step?: string;
}

@SubCommand({
  name: 'fork',
  arguments: '<id>',
  argsDescription: { id: 'id of the run to go on from; `run list` shows them' },
  description:
    'Start a new run that goes on after a finished step of another one, and print its result as `plugin run` does',
})
export class RunForkCommand extends RecoveryCommand {
  constructor(
    protected readonly host: PluginHost,
    protected readonly output: CliOutput,
    protected readonly guard: StdoutGuard,
  ) {
    super();
  }

  async run([id = '']: string[], options: ForkOptions): Promise<void> {
    await this.withStore(options, async (store) => {
      const record = await runIn(store, id);
      const { handle, outcome } = await this.recover({ record, store }, options, async (opened, params) => {
        const forked = await forkOf(opened, record, { step: options.step, params });
        this.output.note(`Run ${forked.id} goes on from run ${id}.`);
        return forked;
      });
      printOutcome(this.output, handle.id, outcome, options);
    });
  }

  @Option({
    flags: '--step <name>',
    description: 'last step, or action of a pipeline, to take over (default: all that finished)',
  })
  parseStep(name: string): string {
    return name;
  }
}

/** What a pipeline has done is in the runs of its actions, not in a journal of its own. */
function forkOf({ runner, pipelines, registry }: OpenPlugin, run: RunRecord, request: ForkRequest): Promise<RunHandle> {
  const isPipeline = registry.find(run.action, run.plugin)?.isPipeline === true;
  return isPipeline ? pipelines.fork(run.id, request) : runner.fork(run.id, request);
}
