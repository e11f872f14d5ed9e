import type { Type } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import type { ClassOf } from '../../../authoring/decorators/action.decorator.js';
import { CliOutput } from '../cli-output.js';
import { PluginHost } from '../plugin-host.js';
import { unknownWord } from '../unknown-word.js';
import { FolderCommand, type FolderOptions } from './folder-command.js';

/** Languages that a schema can be printed in. */
export const SCHEMA_FORMATS = ['formkit', 'json-schema'] as const;
type SchemaFormat = (typeof SCHEMA_FORMATS)[number];

interface SchemaOptions extends FolderOptions {
  readonly format?: SchemaFormat;
  readonly result?: boolean;
}

@SubCommand({
  name: 'schema',
  arguments: '<action>',
  argsDescription: { action: 'name of the action; `plugin list` shows them' },
  description: "Print the schema of an action's params",
})
export class PluginSchemaCommand extends FolderCommand {
  constructor(
    protected readonly output: CliOutput,
    private readonly host: PluginHost,
  ) {
    super();
  }

  async run([action = '']: string[], options: SchemaOptions): Promise<void> {
    await this.attempt(options, async () => {
      const schema = await this.host.inspect(options.path ?? '.', async (plugin) => {
        const model = options.result ? plugin.getActionResultModel(action) : plugin.getActionParamsModel(action);
        return schemaOf((await model) as Type<object> | null, options.format ?? 'formkit');
      });
      const isForPeople = process.stdout.isTTY === true && !options.json;
      this.output.text(`${JSON.stringify(schema, null, isForPeople ? 2 : undefined)}\n`);
    });
  }

  @Option({ flags: '--format <format>', description: `${SCHEMA_FORMATS.join(' or ')} (default: formkit)` })
  parseFormat(text: string): SchemaFormat {
    const format = SCHEMA_FORMATS.find((known) => known === text);
    if (format) return format;
    throw unknownWord('format', text, SCHEMA_FORMATS) satisfies UsageError;
  }

  @Option({ flags: '--result', description: "the schema of the action's result instead" })
  parseResult(): boolean {
    return true;
  }
}

/** An action without a class takes any params: a form has no inputs for it, and JSON Schema no rules but that it is an object. */
async function schemaOf(type: (Type<object> & ClassOf<object>) | null, format: SchemaFormat): Promise<unknown> {
  if (format === 'formkit') {
    const { uiSchemaOf } = await import('../../../foundation/schema/form-kit.js');
    return type ? uiSchemaOf(type) : [];
  }
  const { jsonSchemaOf } = await import('../../../foundation/schema/json-schema.js');
  return type ? jsonSchemaOf(type) : { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' };
}
