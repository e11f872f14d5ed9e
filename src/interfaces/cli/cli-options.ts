import type { CommandFactory, CommandRunner } from 'nest-commander';
import type { CliOutput } from './cli-output.js';
import { type CommanderError, isCommanderError, usageErrorOf } from './commander-errors.js';
import { packageVersion } from './package-version.js';

type CliOptions = NonNullable<Exclude<Parameters<typeof CommandFactory.run>[1], readonly unknown[] | undefined>>;

type RootCommand = Parameters<CommandRunner['setCommand']>[0];

/** How nest-commander is run, here and by the build that renders the help: one place, so that both agree. */
export function cliOptions(output: CliOutput): CliOptions & object {
  const handle = (error: Error): void => {
    if (!isCommanderError(error)) return output.error(error);
    // Help and version end the parse by an error with exit code 0; help that was not asked for by another.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  };
  return {
    logger: false,
    cliName: 'synapse',
    version: packageVersion(),
    // The parser ends the process itself when its handler returns. It calls the handler as a method of the root command.
    errorHandler(this: unknown, error: Error): never {
      throw usageErrorOf(this as RootCommand, error as CommanderError);
    },
    serviceErrorHandler: handle,
    enableShellCompletion: false,
    helpConfiguration: { showGlobalOptions: false },
    // Help is an answer; what is written to the process's own stdout counts as a plugin's print.
    // What it finds wrong is printed by the one handler of errors.
    outputConfiguration: { writeOut: (text: string) => output.text(text), outputError: () => undefined },
  } as CliOptions & object;
}
