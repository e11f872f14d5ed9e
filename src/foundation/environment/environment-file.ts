import { readFileSync } from 'node:fs';
import { parse, TomlDate, TomlError } from 'smol-toml';
import { ConfigNotFoundError, EnvironmentFileError } from '../errors/config.errors.js';
import { messageOf } from '../errors/synapse.error.js';

/**
 * Reads a TOML file into plain values; dates become their text.
 *
 * @throws {@link ConfigNotFoundError} when there is no such file.
 * @throws {@link EnvironmentFileError} when it cannot be read or is not TOML.
 */
export function readEnvironmentFile(path: string): Record<string, unknown> {
  try {
    return plain(parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new ConfigNotFoundError(path, 'Create the TOML file, or leave the path out.');
    }
    const line = error instanceof TomlError ? error.line : undefined;
    const reason = messageOf(error).split('\n')[0] ?? '';
    const where = line === undefined ? '' : ` at line ${line}`;
    throw new EnvironmentFileError(
      `Environment file ${path} cannot be read${where}: ${reason}. It must be a TOML file.`,
      {
        cause: error,
        details: { path, ...(line !== undefined && { line }) },
      },
    );
  }
}

/** The parser's tables have no prototype and its dates are its own; both become what JSON knows. */
function plain(value: unknown): unknown {
  if (value instanceof TomlDate) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
