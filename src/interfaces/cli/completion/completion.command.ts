import { Command } from 'nest-commander';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { CliOutput } from '../cli-output.js';
import { SynapseCommand } from '../synapse-command.js';
import { unknownWord } from '../unknown-word.js';
import { COMPLETION_SCRIPTS, SHELLS } from './completion-scripts.js';

@Command({
  name: 'completion',
  arguments: '<shell>',
  argsDescription: { shell: SHELLS.join(', ') },
  description: 'Print the script that completes commands, options and action names in a shell',
})
export class CompletionCommand extends SynapseCommand {
  constructor(private readonly output: CliOutput) {
    super();
  }

  override setCommand(command: Parameters<SynapseCommand['setCommand']>[0]): this {
    command.allowExcessArguments(false);
    return super.setCommand(command);
  }

  async run([word = '']: string[]): Promise<void> {
    const shell = SHELLS.find((known) => known === word);
    if (!shell) throw unknownWord('shell', word, SHELLS) satisfies UsageError;
    this.output.text(COMPLETION_SCRIPTS[shell]);
  }
}
