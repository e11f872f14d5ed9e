import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../errors/synapse.error.js';

/** Where the platform is when nobody says otherwise. */
export const DEFAULT_HOST = 'https://api.synapse.sh';

/** Where a value was found. */
export type CredentialSource = 'environment' | 'file' | 'default' | 'none';

/** What is needed to talk to the platform. */
export interface Credentials {
  /** Base URL of the backend. */
  readonly host: string;
  readonly hostSource: CredentialSource;
  /** Null when nobody has logged in: then there is no client. */
  readonly accessToken: string | null;
  readonly accessTokenSource: CredentialSource;
  /** Why the file could not be used, as a sentence; undefined when it could, or there is none. */
  readonly fileProblem?: string;
}

/** Where to look for credentials. */
export interface CredentialsOptions {
  /** @defaultValue `process.env` */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Path of the user's configuration. @defaultValue {@link userConfigPath} */
  readonly file?: string;
}

/** `~/.synapse/config.json`, which the `login` and `agent` commands write. */
export function userConfigPath(home: string = homedir()): string {
  return join(home, '.synapse', 'config.json');
}

/**
 * The host and token to talk to the platform with. Each comes from `SYNAPSE_HOST` or `SYNAPSE_ACCESS_TOKEN`, else from
 * the user's file, else the host is the default one. Empty counts as not set. A broken file is no error here: a run that
 * needs no platform must not fail because of it.
 */
export function loadCredentials({
  variables = process.env,
  file = userConfigPath(),
}: CredentialsOptions = {}): Credentials {
  const fromVariables = { host: filled(variables['SYNAPSE_HOST']), token: filled(variables['SYNAPSE_ACCESS_TOKEN']) };
  const { values, problem } = readMissing(fromVariables, file);
  const host = filled(values['host']);
  const token = filled(values['access_token']);
  return {
    host: fromVariables.host ?? host ?? DEFAULT_HOST,
    hostSource: sourceOf(fromVariables.host, host, 'default'),
    accessToken: fromVariables.token ?? token ?? null,
    accessTokenSource: sourceOf(fromVariables.token, token, 'none'),
    ...(problem !== undefined && { fileProblem: problem }),
  };
}

/** What the variables do not say, from the user's file; it is not even opened where they say it all. */
function readMissing({ host, token }: { host?: string; token?: string }, file: string): UserConfig {
  return host === undefined || token === undefined ? readUserConfig(file) : { values: {} };
}

interface UserConfig {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problem?: string;
}

function readUserConfig(file: string): UserConfig {
  try {
    const values: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
      return { values: values as Record<string, unknown> };
    }
    return { values: {}, problem: `${file} must hold a JSON object. Log in again, or correct it.` };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { values: {} };
    // The parser's own message quotes the text, and the text holds a token.
    const reason = (error as Error).name === 'SyntaxError' ? 'it is not JSON' : messageOf(error);
    return { values: {}, problem: `${file} cannot be used: ${reason}. Log in again, or correct it.` };
  }
}

function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function sourceOf(
  variable: string | undefined,
  file: string | undefined,
  otherwise: CredentialSource,
): CredentialSource {
  if (variable !== undefined) return 'environment';
  return file === undefined ? otherwise : 'file';
}
