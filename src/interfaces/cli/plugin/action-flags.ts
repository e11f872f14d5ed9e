import type { Type } from '@nestjs/common';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';
import { type CliFlag, cliFlagsOf, secretFlagsOf } from '../../../foundation/schema/cli-flags.js';
import type { ActionDefinition } from '../../../runtime/discovery/action-definition.js';
import { nearest } from '../../../runtime/discovery/action-registry.js';

/** A command's own option, as the option parser describes it. */
export interface BuiltInOption {
  readonly long?: string | null;
}

/**
 * Reads the flags of an action's params class from what the command itself did not understand.
 * A field named like a flag of the command has none; `--set` and `--params` reach it.
 *
 * @throws {@link UsageError} for a flag the action does not have, a missing value, or a word that belongs to no flag.
 */
export function readActionFlags(
  definition: ActionDefinition,
  builtIn: readonly BuiltInOption[],
  words: readonly string[],
): Record<string, unknown> {
  const { available: flags, secret } = flagsOf(definition, builtIn);
  refuseSecrets(definition, secret, words);
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const flag of flags) options[wordOf(flag)] = { type: flag.kind === 'boolean' ? 'boolean' : 'string' };
  try {
    const { values } = parseArgs({ args: normalized(words, flags), options, strict: true, allowNegative: true });
    return Object.fromEntries(
      flags.filter((flag) => values[wordOf(flag)] !== undefined).map((flag) => [flag.name, values[wordOf(flag)]]),
    );
  } catch (error) {
    throw usageErrorOf(definition, flags, words, error);
  }
}

/** The part of the help that belongs to the action. */
export function actionFlagsHelp(definition: ActionDefinition, builtIn: readonly BuiltInOption[]): string {
  const { available, hidden, secret } = flagsOf(definition, builtIn);
  const rows = available.map((flag) => [`  ${usageOf(flag)}`, explanationOf(flag)] as const);
  const width = Math.max(0, ...rows.map(([usage]) => usage.length)) + 2;
  const title = `\nFlags of '${definition.name}'${definition.description ? ` (${definition.description})` : ''}:`;
  const none = '  (none: its params have no simple fields; use --params or --set)';
  return [
    title,
    ...(rows.length > 0 ? rows.map(([usage, text]) => usage.padEnd(width) + text) : [none]),
    ...hidden.map(
      (flag) => `  '${flag.name}' is set by --set ${flag.name}=… or --params: the command has a flag of that name.`,
    ),
    ...secret.map(
      ({ name }) => `  '${name}' is secret: it is set by --params @file or --params -, which no shell remembers.`,
    ),
    '',
  ].join('\n');
}

function refuseSecrets(
  { name: action }: ActionDefinition,
  secret: ActionFlags['secret'],
  words: readonly string[],
): void {
  const named = secret.find(({ flag }) => words.some((word) => word === flag || word.startsWith(`${flag}=`)));
  if (!named) return;
  throw new UsageError(
    `'${named.name}' of action '${action}' is secret and has no flag, since shells remember what is typed. Give it by --params @file or --params -.`,
    { details: { flag: named.flag } },
  );
}

interface ActionFlags {
  readonly available: readonly CliFlag[];
  /** Fields named like a flag of the command. */
  readonly hidden: readonly CliFlag[];
  /** Fields that must not be typed on a command line. */
  readonly secret: readonly { readonly name: string; readonly flag: string }[];
}

function flagsOf({ paramsType }: ActionDefinition, builtIn: readonly BuiltInOption[]): ActionFlags {
  const taken = new Set(builtIn.map((option) => option.long));
  const all = paramsType ? cliFlagsOf(paramsType as Type<object>) : [];
  return {
    available: all.filter((flag) => !taken.has(flag.flag)),
    hidden: all.filter((flag) => taken.has(flag.flag)),
    secret: paramsType ? secretFlagsOf(paramsType as Type<object>) : [],
  };
}

/** The flag without its dashes, as the parser wants it. */
function wordOf(flag: CliFlag): string {
  return flag.flag.replace(/^--/, '');
}

/** Brings two natural spellings into the parser's form: a negative number as a value, and a boolean with its value. */
function normalized(words: readonly string[], flags: readonly CliFlag[]): string[] {
  const result: string[] = [];
  for (const [index, word] of words.entries()) {
    const earlier = words[index - 1];
    const flag = flags.find((candidate) => candidate.flag === earlier);
    if (flag && flag.kind !== 'boolean' && /^-\d/.test(word)) {
      result.pop();
      result.push(`${earlier}=${word}`);
      continue;
    }
    const boolean = /^(--[^=]+)=(true|false)$/.exec(word);
    const isBoolean =
      boolean && flags.some((candidate) => candidate.kind === 'boolean' && candidate.flag === boolean[1]);
    if (isBoolean) result.push(boolean[2] === 'true' ? (boolean[1] ?? word) : `--no-${(boolean[1] ?? word).slice(2)}`);
    else result.push(word);
  }
  return result;
}

function usageErrorOf(
  definition: ActionDefinition,
  flags: readonly CliFlag[],
  words: readonly string[],
  error: unknown,
): UsageError {
  const known = flags.map((flag) => flag.flag);
  const unknown = words
    .map((word) => word.split('=')[0] ?? word)
    .find((word) => word.startsWith('-') && !isKnown(word, flags));
  if (unknown !== undefined) {
    const suggestion = nearest(unknown, known);
    const cure =
      suggestion === undefined ? `Its flags: ${known.join(', ') || '(none)'}.` : `Did you mean '${suggestion}'?`;
    return new UsageError(`Action '${definition.name}' has no flag '${unknown}'. ${cure}`, {
      details: { flag: unknown, flags: known },
    });
  }
  if ((error as NodeJS.ErrnoException).code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') {
    return strayWordError(definition, flags, words);
  }
  return new UsageError(`The flags of action '${definition.name}' cannot be read: ${messageOf(error)}`, {
    cause: error,
  });
}

/** A word that belongs to no flag; most often the value of a flag that takes none. */
function strayWordError({ name }: ActionDefinition, flags: readonly CliFlag[], words: readonly string[]): UsageError {
  const isSwitch = (word: string | undefined): boolean =>
    flags.some(({ kind, flag }) => kind === 'boolean' && flag === word);
  const at = words.findIndex((word, index) => /^(?:true|false)$/.test(word) && isSwitch(words[index - 1]));
  const flag = words[at - 1];
  if (flag !== undefined) {
    return new UsageError(
      `${flag} takes no separate value, got '${words[at]}'. Write ${flag} or --no-${flag.slice(2)}.`,
    );
  }
  const known = flags.map((candidate) =>
    candidate.kind === 'boolean' ? `--[no-]${wordOf(candidate)}` : candidate.flag,
  );
  return new UsageError(
    `Action '${name}' takes flags only, and one of ${words
      .filter((word) => !word.startsWith('-'))
      .map((word) => `'${word}'`)
      .join(', ')} belongs to none. Its flags: ${known.join(', ') || '(none)'}.`,
  );
}

function isKnown(word: string, flags: readonly CliFlag[]): boolean {
  return flags.some((flag) => flag.flag === word || (flag.kind === 'boolean' && `--no-${wordOf(flag)}` === word));
}

function usageOf(flag: CliFlag): string {
  if (flag.kind === 'boolean') return `--[no-]${wordOf(flag)}`;
  return `${flag.flag} <${flag.choices ? flag.choices.join('|') : flag.kind}>`;
}

function explanationOf(flag: CliFlag): string {
  const facts = [
    flag.help ?? '',
    flag.required ? '(required)' : '',
    flag.default === undefined || flag.default === null ? '' : `(default: ${JSON.stringify(flag.default)})`,
  ];
  return facts.filter(Boolean).join(' ');
}
