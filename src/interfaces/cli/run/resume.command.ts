import { SubCommand } from 'nest-commander';
import { CliOutput } from '../cli-output.js';
import { printOutcome } from '../plugin/print-outcome.js';
import { PluginHost } from '../plugin-host.js';
import { StdoutGuard } from '../stdout-guard.js';
import { RecoveryCommand, type RecoveryOptions } from './recovery-command.js';
import { runIn } from './store-command.js';

@SubCommand({
  name: 'resume',
  arguments: '<id>',
  argsDescription: { id: 'id of the run; `run list` shows them' },
  description: 'Go on with a run whose process is gone, and print its result as `plugin run` does',
})
export class RunResumeCommand extends RecoveryCommand {
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
        runner.resume(id, { params, wait: true }),
      );
      printOutcome(this.output, id, outcome, options);
    });
  }
}
