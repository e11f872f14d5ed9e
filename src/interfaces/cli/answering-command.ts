import { Option } from 'nest-commander';
import { errorToJson } from '../../foundation/errors/error-json.js';
import type { CliOutput } from './cli-output.js';
import { SynapseCommand } from './synapse-command.js';

/** Options of every command that answers a question. */
export interface AnswerOptions {
  readonly json?: boolean;
}

/** Base of the commands that print what they found, for people or as JSON. */
export abstract class AnsweringCommand extends SynapseCommand {
  protected abstract readonly output: CliOutput;

  override setCommand(command: Parameters<SynapseCommand['setCommand']>[0]): this {
    command.allowExcessArguments(false); // a stray word is a mistake, not to be passed over
    return super.setCommand(command);
  }

  /** Does the command's work; what it throws is printed, as JSON too where JSON was asked for. */
  protected async attempt({ json = false }: AnswerOptions, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (json) this.output.result({ error: errorToJson(thrown) });
      this.output.error(thrown);
    }
  }

  @Option({ flags: '--json', description: 'print one line of JSON' })
  parseJson(): boolean {
    return true;
  }
}
