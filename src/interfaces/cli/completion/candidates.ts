import type { CommandRunner } from 'nest-commander';
import { RUN_MODE_WORDS } from '../../../runtime/executors/run-mode.js';
import { SCHEMA_FORMATS } from '../plugin/schema.command.js';
import { RUN_STATUSES } from '../run/store-command.js';
import type { Candidate, Completion } from './candidate.js';
import { type ArgumentPlace, candidatesForArgument } from './argument-candidates.js';

type CommanderCommand = Parameters<CommandRunner['setCommand']>[0];
type CommanderOption = CommanderCommand['options'][number];

/** Values of options, by their long flag. */
const OPTION_VALUES: Readonly<Record<string, readonly string[]>> = {
  '--mode': RUN_MODE_WORDS,
  '--format': SCHEMA_FORMATS,
  '--status': RUN_STATUSES,
};

/**
 * What could come next on a command line.
 *
 * @param root - The program; its commands and options are read from the parser, so nothing has to be kept in step with them.
 * @param words - The line's words without the program's name; the last is the one being typed, empty before its first letter.
 */
export async function candidatesFor(root: CommanderCommand, words: readonly string[]): Promise<Completion> {
  const joined = withoutEqualSigns(words);
  const typed = joined.at(-1) ?? '';
  const line = readLine(root, joined.slice(0, -1));
  if (line.pending) return valuesOf(line.pending, typed);
  const values = valuesAfterEqualSign(line.command, typed);
  if (values) return values;
  if (typed.startsWith('-')) return startingWith(typed, flagsOf(line.command));
  const hasCommands = line.command.commands.length > 0;
  if (hasCommands) return line.positional > 0 ? { candidates: [] } : startingWith(typed, commandsOf(line.command));
  const argument = line.command.registeredArguments[line.positional]?.name();
  const found = await candidatesForArgument(argument, line.place);
  return 'complete' in found ? found : startingWith(typed, found.candidates);
}

function valuesAfterEqualSign(command: CommanderCommand, typed: string): Completion | undefined {
  const [flag, value] = flagAndValue(typed) ?? [];
  if (flag === undefined || value === undefined) return undefined;
  const option = optionOf(command, flag);
  return option && prefixed(valuesOf(option, value), `${flag}=`);
}

/** The parts of `--flag=value`. */
function flagAndValue(word: string): [flag: string, value: string] | undefined {
  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(word) ?? [];
  return flag === undefined || value === undefined ? undefined : [flag, value];
}

/** bash takes `=` for a word of its own: `--mode = local` is one option and its value. */
function withoutEqualSigns(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const isSeparator = word === '=' && words[index - 1]?.startsWith('--') === true;
    if (!isSeparator) return [word];
    return index === words.length - 1 ? [''] : [];
  });
}

interface Line {
  readonly command: CommanderCommand;
  /** The option whose value is being typed. */
  readonly pending?: CommanderOption;
  /** How many of the command's arguments are there. */
  readonly positional: number;
  readonly place: ArgumentPlace;
}

function readLine(root: CommanderCommand, words: readonly string[]): Line {
  let command = root;
  let pending: CommanderOption | undefined;
  let positional = 0;
  const given = new Map<string, string>();
  for (const word of words) {
    if (pending) {
      given.set(pending.long ?? '', word);
      pending = undefined;
    } else if (word.startsWith('-')) {
      const joined = flagAndValue(word);
      if (joined) given.set(...joined);
      else pending = optionTaking(command, word);
    } else {
      const next: CommanderCommand | undefined =
        positional === 0 ? command.commands.find((known) => known.name() === word) : undefined;
      if (next) command = next;
      else positional += 1;
    }
  }
  const place = { path: given.get('--path') ?? '.', store: given.get('--store') };
  return { command, pending, positional, place };
}

function optionOf(command: CommanderCommand, flag: string): CommanderOption | undefined {
  return command.options.find(({ long, short }) => flag === long || flag === short);
}

function optionTaking(command: CommanderCommand, flag: string): CommanderOption | undefined {
  const option = optionOf(command, flag);
  return option && (option.required || option.optional) ? option : undefined;
}

function valuesOf({ long, flags }: CommanderOption, typed: string): Completion {
  if (flags.includes('<dir>')) return { complete: 'folders' };
  if (flags.includes('<file>')) return { complete: 'files' };
  const values = Object.hasOwn(OPTION_VALUES, long ?? '') ? (OPTION_VALUES[long ?? ''] ?? []) : [];
  return startingWith(
    typed,
    values.map((value) => ({ value, description: '' })),
  );
}

function prefixed(completion: Completion, prefix: string): Completion {
  if ('complete' in completion) return completion;
  return {
    candidates: completion.candidates.map(({ value, description }) => ({ value: prefix + value, description })),
  };
}

function startingWith(typed: string, candidates: readonly Candidate[]): Completion {
  return { candidates: candidates.filter(({ value }) => value.startsWith(typed)) };
}

function flagsOf(command: CommanderCommand): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, short, description }) => ({ value: long ?? short ?? '', description }));
}

function commandsOf(command: CommanderCommand): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((known) => ({ value: known.name(), description: known.description() }));
}
