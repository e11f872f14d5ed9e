import { Option, SubCommand } from 'nest-commander';
import { CliOutput } from '../cli-output.js';
import { printOutcome } from '../plugin/print-outcome.js';
import { PluginHost } from '../plugin-host.js';
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
      const { handle, outcome } = await this.recover({ record, store }, options, async ({ runner }, params) => {
        const forked = await runner.fork(id, { step: options.step, params });
        this.output.note(`Run ${forked.id} goes on from run ${id}.`);
        return forked;
      });
      printOutcome(this.output, handle.id, outcome, options);
    });
  }

  @Option({ flags: '--step <name>', description: 'last step to take over (default: the last that finished)' })
  parseStep(name: string): string {
    return name;
  }
}
