import { Option } from 'nest-commander';
import { AnsweringCommand, type AnswerOptions } from '../answering-command.js';

/** Options of every command that looks into a plugin's folder. */
export interface FolderOptions extends AnswerOptions {
  readonly path?: string;
}

/** Base of the commands that look into a plugin's folder and print what they found. */
export abstract class FolderCommand extends AnsweringCommand {
  @Option({ flags: '--path <dir>', description: 'folder of the plugin (default: the current folder)' })
  parsePath(path: string): string {
    return path;
  }
}
