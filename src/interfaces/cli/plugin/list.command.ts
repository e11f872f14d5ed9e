import { SubCommand } from 'nest-commander';
import { RunMethod } from '../../../foundation/config/enums.js';
import type { OutlinedAction, PluginOutline } from '../../../runtime/discovery/plugin-outline.js';
import { CliOutput } from '../cli-output.js';
import { tableText } from '../table.js';
import { FolderCommand, type FolderOptions } from './folder-command.js';
import { noteFindings } from './scan-findings.js';

@SubCommand({ name: 'list', description: "List a plugin's actions without running its code" })
export class PluginListCommand extends FolderCommand {
  constructor(protected readonly output: CliOutput) {
    super();
  }

  async run(_words: string[], options: FolderOptions): Promise<void> {
    await this.attempt(options, async () => {
      // Loaded here: the parser takes longer to load than other commands take to run.
      const { outlinePlugin } = await import('../../../runtime/discovery/plugin-outline.js');
      const outline = outlinePlugin(options.path ?? '.');
      if (options.json) this.output.result(outline.actions.map(listed));
      else this.output.text(textOf(outline));
      noteFindings(outline, this.output);
      for (const error of outline.unresolved) this.output.note(`Warning: ${error.message}`);
      for (const error of outline.duplicates) this.output.error(error);
    });
  }
}

/** An action as a line of JSON has it. Keys are those of config.yaml. */
function listed({ name, method, description, category, entrypoint, inputType, outputType }: OutlinedAction): object {
  return {
    name,
    method: method ?? RunMethod.Task,
    description,
    category,
    entrypoint,
    input_type: inputType,
    output_type: outputType,
  };
}

function textOf({ actions, configFile }: PluginOutline): string {
  if (actions.length === 0) {
    return `Plugin '${configFile.config.code}' has no actions. Decorate a class with @Action to make it one.\n`;
  }
  const rows = actions.map(({ name, method, entrypoint, inputType, outputType, description }) => [
    name ?? '(known only at run time)',
    method ?? RunMethod.Task,
    inputType ?? '-',
    outputType ?? '-',
    entrypoint || '-',
    description,
  ]);
  return tableText(['NAME', 'METHOD', 'INPUT', 'OUTPUT', 'ENTRYPOINT', 'DESCRIPTION'], rows);
}
