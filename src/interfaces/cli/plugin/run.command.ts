import { Option, SubCommand } from 'nest-commander';
import { ConsoleListener } from '../../../authoring/reporting/console-listener.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { parseRunMode, RUN_MODE_WORDS } from '../../../runtime/executors/run-mode.js';
import { CliOutput } from '../cli-output.js';
import { readJsonArgument } from '../parse-json.js';
import { type OpenPlugin, PluginHost } from '../plugin-host.js';
import { StdoutGuard } from '../stdout-guard.js';
import { SynapseCommand } from '../synapse-command.js';
import { actionFlagsHelp, readActionFlags } from './action-flags.js';
import { type Assignment, mergeParams, parseAssignment } from './params-arguments.js';
import { printRefusal } from './print-outcome.js';
import { runInFront } from './run-in-front.js';
import { interruptedNote } from './interrupted-runs.js';

interface RunOptions {
  readonly path?: string;
  readonly plugin?: string;
  readonly params?: { readonly json: unknown };
  readonly set?: readonly Assignment[];
  readonly mode?: string;
  readonly store?: string;
  readonly json?: boolean;
  readonly help?: boolean;
  readonly verbose?: boolean;
}

@SubCommand({
  name: 'run',
  arguments: '[action] [flags...]',
  argsDescription: {
    action: 'name of the action; `plugin list` shows them',
    flags: "one flag for each simple field of the action's params; `plugin run ACTION --help` shows them",
  },
  description: 'Run one action of a plugin and print its result as JSON',
  allowUnknownOptions: true,
  allowExcessArgs: true,
})
export class PluginRunCommand extends SynapseCommand {
  constructor(
    private readonly host: PluginHost,
    private readonly output: CliOutput,
    private readonly guard: StdoutGuard,
  ) {
    super();
  }

  /** Help of an action loads its plugin, so it is an option of our own and not the parser's. */
  override setCommand(command: Parameters<SynapseCommand['setCommand']>[0]): this {
    command.helpOption(false);
    return super.setCommand(command);
  }

  async run([action, ...flags]: string[], options: RunOptions): Promise<void> {
    try {
      if (options.help) await this.#help(action, options);
      else await this.#run(action, flags, options);
    } catch (thrown) {
      printRefusal(this.output, thrown, { json: options.json && !options.help });
    }
  }

  async #run(action: string | undefined, flags: readonly string[], options: RunOptions): Promise<void> {
    if (action === undefined) {
      throw new UsageError(
        `missing required argument 'action'. Say which action to run; \`synapse plugin list\` shows them.`,
      );
    }
    if (options.mode !== undefined) parseRunMode(options.mode);

    const { host, output, guard } = this;
    await runInFront({ host, output, guard, display: new ConsoleListener() }, options, async (opened, store) => {
      const definition = opened.registry.resolve(action, pluginCodeOf(opened, options));
      const params = mergeParams(
        definition,
        options.params,
        options.set ?? [],
        readActionFlags(definition, this.command.options, flags),
      );
      const note = await interruptedNote(store, opened.plugin.source.path, options.store);
      if (note !== undefined) output.note(note);
      const request = { plugin: definition.plugin, action: definition.name, params, mode: options.mode };
      return { action: definition.name, start: () => opened.runner.run(request) };
    });
  }

  async #help(action: string | undefined, options: RunOptions): Promise<void> {
    this.output.text(this.command.helpInformation());
    if (action === undefined) return;
    const opened = await this.host.open(options.path ?? '.');
    try {
      const definition = opened.registry.resolve(action, pluginCodeOf(opened, options));
      this.output.text(actionFlagsHelp(definition, this.command.options));
    } finally {
      await opened.close();
    }
  }

  @Option({ flags: '--path <dir>', description: 'folder of the plugin (default: the current folder)' })
  parsePath(path: string): string {
    return path;
  }

  @Option({ flags: '-p, --plugin <code>', description: 'code of the plugin, when the folder could be another one' })
  parsePlugin(code: string): string {
    return code;
  }

  @Option({ flags: '--params <json>', description: 'params as JSON, @file with JSON in it, or - for standard input' })
  parseParams(text: string): { readonly json: unknown } {
    return { json: readJsonArgument('--params', text) };
  }

  @Option({ flags: '--set <key=value>', description: 'one param by its dotted path; may be repeated' })
  parseSet(text: string, earlier: readonly Assignment[] = []): readonly Assignment[] {
    return [...earlier, parseAssignment(text)];
  }

  @Option({
    flags: '-m, --mode <mode>',
    description: `where to run: ${RUN_MODE_WORDS.join(', ')} (default: the action's own)`,
  })
  parseMode(mode: string): string {
    return mode;
  }

  @Option({
    flags: '--store <store>',
    description: "file or postgres:// URL to keep the run in, or memory (default: the user's own file)",
  })
  parseStore(word: string): string {
    return word;
  }

  @Option({ flags: '--json', description: 'print one line with id, status and result or error' })
  parseJson(): boolean {
    return true;
  }

  @Option({ flags: '-h, --help', description: "display help; after an action, also the action's flags" })
  parseHelp(): boolean {
    return true;
  }
}

/** The code to run under; a code that was asked for must be the one that was found. */
function pluginCodeOf({ plugin }: OpenPlugin, options: RunOptions): string {
  const { code } = plugin.configFile.config;
  if (options.plugin !== undefined && options.plugin !== code) {
    throw new UsageError(
      `The plugin in ${plugin.source.path} is '${code}', not '${options.plugin}'. Name its folder with --path.`,
    );
  }
  return code;
}
