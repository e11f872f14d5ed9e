import { CommandRunner } from 'nest-commander';
import { nearest } from '../../runtime/discovery/action-registry.js';
import { unknownWord } from './unknown-word.js';

type CommanderCommand = Parameters<CommandRunner['setCommand']>[0];

/** Base of every command: its usage errors reach the CLI's one error handler instead of ending the process. */
export abstract class SynapseCommand extends CommandRunner {
  override setCommand(command: CommanderCommand): this {
    command.exitOverride(); // commander does not hand a parent's override down to added commands
    command.option('--verbose', 'show the stacks of errors');
    command.showHelpAfterError("Add --help for the command's usage.");
    return super.setCommand(command);
  }
}

/** A command that only groups others: called by itself it prints its help. */
export abstract class GroupCommand extends SynapseCommand {
  async run([word]: string[] = []): Promise<void> {
    if (word !== undefined) {
      const names = this.command.commands.map((command) => command.name());
      throw unknownWord(`'${this.command.name()}' command`, word, nearest(word, names));
    }
    this.command.outputHelp({ error: true });
    process.exitCode = 2;
  }
}
