import { Command } from 'nest-commander';
import { CliOutput } from '../cli-output.js';
import { SynapseCommand } from '../synapse-command.js';
import { oneLine } from '../table.js';
import { candidatesFor } from './candidates.js';

/** What the completion scripts call at each press of the tab key. Its words follow a `--`. */
@Command({
  name: '__complete',
  arguments: '[words...]',
  description: 'Print what could come next on a command line; for completion scripts',
  options: { hidden: true },
})
export class CompleteCommand extends SynapseCommand {
  constructor(private readonly output: CliOutput) {
    super();
  }

  async run(words: string[]): Promise<void> {
    const root = this.command.parent;
    if (!root) return;
    const answer = await candidatesFor(root, words);
    if ('complete' in answer) return this.output.text(`:${answer.complete}\n`);
    const lines = answer.candidates.map(({ value, description }) =>
      description === '' ? `${value}\n` : `${value}\t${oneLine(description)}\n`,
    );
    this.output.text(lines.join(''));
  }
}
