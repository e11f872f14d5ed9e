import { isAbsolute, relative } from 'node:path';
import { PluginCompileError } from '../../../foundation/errors/config.errors.js';
import { messageOf, SynapseError } from '../../../foundation/errors/synapse.error.js';

/** One fault as the bundler reports it. */
interface BundlerFault {
  readonly message?: string;
  readonly id?: string;
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
  readonly cause?: unknown;
}

const ANSI = /\u001b\[[0-9;]*m/g;

/** The bundler's failure as one error with file, line and column of the first fault, relative to the plugin's folder. */
export function compileErrorOf(directory: string, thrown: unknown): PluginCompileError {
  const own = ownErrorIn(thrown);
  if (own instanceof PluginCompileError) return own;
  const faults = (thrown as { errors?: readonly BundlerFault[] }).errors ?? [thrown as BundlerFault];
  const first = faults[0] ?? {};
  const text = messageOf(first).replaceAll(ANSI, '');
  const file = first.loc?.file ?? first.id;
  const place = placeIn(directory, file, first.loc, text);
  const where = place ? `${place.file}${place.line ? `:${place.line}:${place.column}` : ''}: ` : '';
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return new PluginCompileError(`${where}${headlineOf(text)}${more}`, {
    cause: thrown,
    details: { ...place, report: text },
  });
}

/** An error thrown by one of our own bundler hooks comes back wrapped. */
function ownErrorIn(thrown: unknown): unknown {
  const candidates: unknown[] = [thrown, (thrown as BundlerFault).cause];
  for (const fault of (thrown as { errors?: readonly BundlerFault[] }).errors ?? [])
    candidates.push(fault, fault.cause);
  return candidates.find((candidate) => SynapseError.is(candidate));
}

interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** The place of a fault; where the bundler gives none, it stands in its text as `[ file:line:column ]`. */
function placeIn(
  directory: string,
  file: string | undefined,
  loc: BundlerFault['loc'],
  text: string,
): Place | undefined {
  const inText = /\[\s*(\S+?):(\d+):(\d+)\s*\]/.exec(text);
  const path = inText?.[1] ?? file;
  if (path === undefined) return undefined;
  const shown = isAbsolute(path) ? relative(directory, path) : path;
  if (inText) return { file: shown, line: Number(inText[2]), column: Number(inText[3]) };
  return { file: shown, ...(loc && { line: loc.line, column: loc.column + 1 }) };
}

/** The sentence in the bundler's drawing of the fault. */
function headlineOf(text: string): string {
  const [first = ''] = text.split('\n');
  return first.replace(/^\[[A-Z_]+\]\s*(Error:\s*)?/, '').trim() || 'does not compile';
}
