import { Option, SubCommand } from 'nest-commander';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { previewDataset } from '../../../resources/datasets/preview/preview-dataset.js';
import { AnsweringCommand, type AnswerOptions } from '../answering-command.js';
import { CliOutput } from '../cli-output.js';
import { parseCount } from '../parse-time.js';
import { oneLine } from '../table.js';
import { counted } from './conversion-text.js';

interface PreviewCommandOptions extends AnswerOptions {
  readonly from?: string;
  readonly index?: number;
  readonly out?: string;
}

@SubCommand({
  name: 'preview',
  arguments: '<path>',
  argsDescription: { path: 'folder or file of the data set' },
  description: "Draw a picture's annotations onto it",
})
export class DatasetsPreviewCommand extends AnsweringCommand {
  constructor(protected readonly output: CliOutput) {
    super();
  }

  async run([path = '']: string[], { json = false, out, ...options }: PreviewCommandOptions): Promise<void> {
    await this.attempt({ json }, async () => {
      if (out === undefined) throw new UsageError('Say which file to draw to, e.g. --out preview.png.');
      const preview = await previewDataset(path, { ...options, out });
      if (json) this.output.result(preview);
      else
        this.output.text(
          `${oneLine(preview.document)}: ${counted(preview.annotations, 'annotation')}\n${oneLine(preview.path)}\n`,
        );
    });
  }

  @Option({ flags: '--out <file>', description: 'file to draw to: .png, .jpg or .webp' })
  parseOut(file: string): string {
    return file;
  }

  @Option({ flags: '--index <number>', description: 'place of the picture in the data set, from 0 (default: 0)' })
  parseIndex(text: string): number {
    return parseCount('--index', text, { min: 0, max: 1_000_000_000 });
  }

  @Option({ flags: '--from <format>', description: 'format of the data set (default: what its files look like)' })
  parseFrom(word: string): string {
    return word;
  }
}
