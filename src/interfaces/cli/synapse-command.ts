import { CommandRunner } from 'nest-commander';
import { usageErrorOf } from './commander-errors.js';
import { refuseSecondValues } from './single-values.js';
import { unknownWord } from './unknown-word.js';

type CommanderCommand = Parameters<CommandRunner['setCommand']>[0];

/** Base of every command: its usage errors reach the CLI's one error handler instead of ending the process. */
export abstract class SynapseCommand extends CommandRunner {
  override setCommand(command: CommanderCommand): this {
    // The parser does not hand a parent's override down to added commands.
    command.exitOverride((error) => {
      throw usageErrorOf(command, error);
    });
    refuseSecondValues(command);
    command.option('--verbose', 'show the stacks of errors');
    return super.setCommand(command);
  }
}

/** A command that only groups others: called by itself it prints its help. */
export abstract class GroupCommand extends SynapseCommand {
  async run([word]: string[] = []): Promise<void> {
    if (word !== undefined) {
      const names = this.command.commands.map((command) => command.name());
      throw unknownWord(`'${this.command.name()}' command`, word, names);
    }
    this.command.outputHelp({ error: true });
    process.exitCode = 2;
  }
}
