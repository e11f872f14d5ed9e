import { Option, SubCommand } from 'nest-commander';
import { inspectDataset } from '../../../resources/datasets/inspect/inspect-dataset.js';
import { AnsweringCommand, type AnswerOptions } from '../answering-command.js';
import { CliOutput } from '../cli-output.js';
import { inspectionText } from './inspection-text.js';
import { interruptible } from './interruptible.js';

interface InspectCommandOptions extends AnswerOptions {
  readonly from?: string;
}

@SubCommand({
  name: 'inspect',
  arguments: '<path>',
  argsDescription: { path: 'folder or file of the data set' },
  description: 'Print the format of a data set, its counts by class and part, and what is wrong with it',
})
export class DatasetsInspectCommand extends AnsweringCommand {
  constructor(protected readonly output: CliOutput) {
    super();
  }

  async run([path = '']: string[], { json = false, from }: InspectCommandOptions): Promise<void> {
    await this.attempt({ json }, async () => {
      const inspection = await interruptible('datasets inspect', (signal) => inspectDataset(path, { from, signal }));
      if (json) this.output.result(inspection);
      else this.output.text(inspectionText(inspection));
    });
  }

  @Option({ flags: '--from <format>', description: 'format of the data set (default: what its files look like)' })
  parseFrom(word: string): string {
    return word;
  }
}
