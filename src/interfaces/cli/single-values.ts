import type { CommandRunner } from 'nest-commander';
import { UsageError } from '../../foundation/errors/run.errors.js';
import { oneLine } from './table.js';

type CommanderCommand = Parameters<CommandRunner['setCommand']>[0];

/** Options that collect what they are given. */
const REPEATABLE = new Set(['set']);
const PREFIX = 'option:';
const MAX_SHOWN = 60;

/**
 * Has a command refuse an option with a value that is given a second time: the parser would go on with the last one, and say nothing of the
 * first. Flags of an action are no options of a command: there the last holds, since scripts have theirs and who calls them adds to them.
 *
 * Called before the options are added; what they are is known from what the parser listens for.
 */
export function refuseSecondValues(command: CommanderCommand): void {
  const given = new Map<string, string>();
  const heard = new Set<string>();
  command.on('newListener', (event: unknown) => {
    const name = nameIn(event);
    if (name === undefined || heard.has(name)) return;
    heard.add(name);
    command.on(`${PREFIX}${name}`, (value: unknown) => {
      if (typeof value !== 'string') return; // a switch, which says the same twice
      const earlier = given.get(name);
      if (earlier !== undefined) throw secondValueError(`--${name}`, earlier, value);
      given.set(name, value);
    });
  });
}

function secondValueError(flag: string, first: string, second: string): UsageError {
  return new UsageError(
    `${flag} takes one value, and is given two: ${shown(first)} and ${shown(second)}. Leave one of them out.`,
    { details: { flag } },
  );
}

function nameIn(event: unknown): string | undefined {
  if (typeof event !== 'string' || !event.startsWith(PREFIX)) return undefined;
  const name = event.slice(PREFIX.length);
  return REPEATABLE.has(name) ? undefined : name;
}

/** What is typed may hold secrets: of objects only the bracket is shown, of URLs the scheme; passwords stand in several parts of them. */
function shown(value: string): string {
  const text = oneLine(value);
  if (/^[[{]/.test(text)) return text.startsWith('{') ? "'{…}'" : "'[…]'";
  const [scheme = ''] = text.split('://');
  if (scheme !== text) return `'${scheme.slice(0, MAX_SHOWN)}://…'`;
  return text.length > MAX_SHOWN ? `'${text.slice(0, MAX_SHOWN)}…'` : `'${text}'`;
}
