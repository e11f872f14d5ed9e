import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { CommandFactory, type CommandRunner, InjectCommander } from 'nest-commander';
import { HostModules } from '../../runtime/discovery/loader/host-modules.js';
import { CliModule } from './cli.module.js';
import { CliOutput } from './cli-output.js';
import { cliOptions } from './cli-options.js';
import { StdoutGuard } from './stdout-guard.js';

type CommanderCommand = Parameters<CommandRunner['setCommand']>[0];

/**
 * The help text of every command, by its path: `''` for `synapse` itself, `plugin run`, …
 *
 * The build writes them beside the bundle, where the launcher finds them without loading it. They come from the very commands
 * that would print them: the application is started as for a run, and nothing is run.
 */
export async function renderHelp(): Promise<Record<string, string>> {
  const output = new CliOutput();
  const cli = CliModule.register({ host: new HostModules(new Map()), output, guard: new StdoutGuard(() => undefined) });
  @Module({ imports: [cli], providers: [CommandTree] })
  class HelpApplication {}
  const app = await CommandFactory.createWithoutRunning(HelpApplication, cliOptions(output));
  const { root } = app.get(CommandTree);
  root.name('synapse'); // otherwise taken from the script that runs
  const texts = Object.fromEntries(withSubcommands(root, '').map(([path, command]) => [path, helpOf(command)]));
  await app.close();
  return texts;
}

@Injectable()
class CommandTree {
  constructor(@InjectCommander() readonly root: CommanderCommand) {}
}

/** The command under each of its names, and all below it. */
function withSubcommands(command: CommanderCommand, path: string): [string, CommanderCommand][] {
  const below = command.commands.flatMap((child) =>
    [child.name(), ...child.aliases()].flatMap((name) =>
      withSubcommands(child, path === '' ? name : `${path} ${name}`),
    ),
  );
  return [[path, command], ...below];
}

/** What `--help` prints for a command, with the texts that were added before and after it. */
function helpOf(command: CommanderCommand): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => HELP_WIDTH });
  command.outputHelp();
  return text;
}

/** What the parser takes where there is no terminal. */
const HELP_WIDTH = 80;
