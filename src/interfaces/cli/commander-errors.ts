import type { CommandRunner } from 'nest-commander';
import { UsageError } from '../../foundation/errors/run.errors.js';
import { oneLine } from './table.js';
import { unknownWord } from './unknown-word.js';

type CommanderCommand = Parameters<CommandRunner['setCommand']>[0];

/** An error of the option parser. Told apart by its code: it may come from another copy of the package. */
export interface CommanderError extends Error {
  readonly code: string;
  readonly exitCode: number;
}

/** Whether `error` came from the option parser. */
export function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && String((error as CommanderError).code).startsWith('commander.');
}

/**
 * What the parser found wrong with the words given to a command, as an error of our own: the parser itself knows neither codes nor cures.
 * Help and version, which end the parse by an error as well, are handed back as they are.
 */
export function usageErrorOf(command: CommanderCommand, error: CommanderError): Error {
  const path = pathOf(command);
  const word = quotedIn(error.message);
  switch (error.code) {
    case 'commander.unknownCommand':
      return unknownWord('command', command.args[0] ?? word, namesOf(command));
    case 'commander.unknownOption':
      return unknownWord(`'${path}' option`, word, optionsOf(command));
    case 'commander.optionMissingArgument':
      return new UsageError(`Option '${word}' of '${path}' needs a value. ${SEE_HELP}`);
    case 'commander.missingArgument':
      return new UsageError(`'${path}' needs the argument ${argumentNamed(command, word)}. ${SEE_HELP}`);
    case 'commander.excessArguments':
      return new UsageError(`${excessOf(command, path)} ${SEE_HELP}`);
    default:
      if (error.exitCode === 0 || error.code === 'commander.help') return error;
      return new UsageError(`${oneLine(error.message.replace(/^error: /, ''))}. ${SEE_HELP}`, { cause: error });
  }
}

const SEE_HELP = "Add --help for the command's usage.";

/** The parser names the word at fault between quotes, and may add a guess of its own on a line below. */
function quotedIn(message: string): string {
  return /'([^]*)'/.exec(message.replace(/\n\(Did you mean [^]*$/, ''))?.[1] ?? '';
}

/** `synapse plugin list`. The root is named after the script that runs. */
function pathOf(command: CommanderCommand): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : 'synapse';
}

function namesOf(command: CommanderCommand): string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((child) => child.name());
}

function optionsOf(command: CommanderCommand): string[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => option.long ?? option.flags);
}

/** `<action>: name of the action`. */
function argumentNamed(command: CommanderCommand, name: string): string {
  const found = command.registeredArguments.find((argument) => argument.name() === name);
  return `<${name}>${found?.description ? `: ${found.description}` : ''}`;
}

function excessOf(command: CommanderCommand, path: string): string {
  const expected = command.registeredArguments.length;
  const extra = command.args.slice(expected).map((word) => `'${oneLine(word)}'`);
  const taken = expected === 0 ? 'no arguments' : `${expected} argument${expected === 1 ? '' : 's'}`;
  return `'${path}' takes ${taken}; what is ${extra.join(' ')} for?`;
}
