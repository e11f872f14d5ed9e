import { Option, SubCommand } from 'nest-commander';
import { ImageHandling } from '../../../resources/datasets/io/image-placer.js';
import { DatasetFormatRegistry } from '../../../resources/datasets/registry/dataset-format-registry.js';
import { YOLOTask } from '../../../resources/datasets/registry/format-definition.js';
import { OnError } from '../../../resources/datasets/report/problem-log.js';
import { AnsweringCommand, type AnswerOptions } from '../answering-command.js';
import { CliOutput } from '../cli-output.js';
import { parseCount } from '../parse-time.js';
import { conversionText } from './conversion-text.js';
import { classesIn, oneOf } from './dataset-words.js';
import { interruptible } from './interruptible.js';

interface ConvertCommandOptions extends AnswerOptions {
  readonly from?: string;
  readonly to?: string;
  readonly images?: ImageHandling;
  readonly onError?: OnError;
  readonly classes?: readonly string[];
  readonly task?: YOLOTask;
  readonly threads?: number;
  readonly overwrite?: boolean;
  readonly compat?: 'original';
}

@SubCommand({
  name: 'convert',
  arguments: '<source> <target>',
  argsDescription: { source: 'folder or file of the data set', target: 'folder for the new one' },
  description: 'Convert a data set; what the target cannot hold is listed in its loss-report.json',
})
export class DatasetsConvertCommand extends AnsweringCommand {
  constructor(protected readonly output: CliOutput) {
    super();
  }

  async run([source = '', target = '']: string[], { json = false, ...options }: ConvertCommandOptions): Promise<void> {
    await this.attempt({ json }, async () => {
      const registry = new DatasetFormatRegistry();
      const result = await interruptible('datasets convert', (signal) =>
        registry.convert(source, target, { ...options, signal }),
      );
      if (json) this.output.result(result);
      else this.output.text(conversionText(result));
    });
  }

  @Option({ flags: '--from <format>', description: 'format of the source (default: what its files look like)' })
  parseFrom(word: string): string {
    return word;
  }

  @Option({ flags: '--to <format>', description: 'format of the target (default: yolo from DM, else dm_v2)' })
  parseTo(word: string): string {
    return word;
  }

  @Option({
    flags: '--images <how>',
    description: 'pictures: link, copy or none (default: link, a second name for the same file)',
  })
  parseImages(word: string): ImageHandling {
    return oneOf('way with pictures', word, Object.values(ImageHandling));
  }

  @Option({
    flags: '--on-error <what>',
    description: 'what breaks its format: fail, or skip and report it (default: fail)',
  })
  parseOnError(word: string): OnError {
    return oneOf('answer to errors', word, Object.values(OnError));
  }

  @Option({
    flags: '--classes <file>',
    description: 'file of the only classes there are, one a line, in the order of their numbers',
  })
  parseClasses(file: string): readonly string[] {
    return classesIn(file);
  }

  @Option({
    flags: '--task <task>',
    description: `the task of a YOLO data set: ${Object.values(YOLOTask).join(', ')} (default: what its shapes are)`,
  })
  parseTask(word: string): YOLOTask {
    return oneOf('task', word, Object.values(YOLOTask));
  }

  @Option({ flags: '--threads <number>', description: 'worker threads, between DM and YOLO (default: 1)' })
  parseThreads(text: string): number {
    return parseCount('--threads', text, { min: 1, max: 64 });
  }

  @Option({ flags: '--overwrite', description: 'replace a data set that is there, and nothing but a data set' })
  parseOverwrite(): boolean {
    return true;
  }

  @Option({ flags: '--compat <way>', description: 'original: DM and YOLO exactly as the Python package converts them' })
  parseCompat(word: string): 'original' {
    return oneOf('way of converting', word, ['original']);
  }
}
