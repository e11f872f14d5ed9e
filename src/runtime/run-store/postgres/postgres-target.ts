import { UsageError } from '../../../foundation/errors/run.errors.js';

/** Which database and schema a store lies in. */
export interface PostgresTarget {
  /** For the driver only: it may hold the password. */
  readonly connectionString: string;
  readonly schema: string;
  /** The same for people, without anything secret. */
  readonly location: string;
  /** Takes what is secret out of a text. */
  readonly redact: (text: string) => string;
}

const DEFAULT_SCHEMA = 'synapse';
/** What needs no thought in SQL, in a shell or in a URL. Postgres keeps `pg_` to itself. */
const SCHEMA_NAME = /^(?!pg_)[a-z_][a-z0-9_]{0,62}$/;
const EXAMPLE = 'postgres://user@host:5432/database';

/** Whether a text names a Postgres database rather than a file. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

/**
 * Reads a store's URL. `?schema=` names the schema; everything else in it is the driver's.
 *
 * @param schema - Goes before what the URL says.
 * @throws {@link UsageError}, which never repeats the URL: a password with unescaped characters makes it wrong in the first place.
 */
export function postgresTargetOf(url: string, schema?: string): PostgresTarget {
  const parsed = parsedUrl(url);
  const name = schema ?? parsed.searchParams.get('schema') ?? DEFAULT_SCHEMA;
  if (!SCHEMA_NAME.test(name)) {
    throw new UsageError(
      `The schema of a Postgres run store is 1 to 63 of a-z, 0-9 and _, and begins with neither a digit nor pg_; got '${name}'.`,
      { details: { schema: name } },
    );
  }
  parsed.searchParams.delete('schema');
  const { username, password, host, pathname } = parsed;
  const location = `postgres://${username && `${username}@`}${host}${pathname}${name === DEFAULT_SCHEMA ? '' : `?schema=${name}`}`;
  return { connectionString: parsed.href, schema: name, location, redact: redactorOf(password) };
}

function parsedUrl(url: string): URL {
  let parsed: URL | undefined;
  try {
    // A user before an empty host is right where `?host=` names a socket's folder, but no URL by the standard.
    if (isPostgresUrl(url)) parsed = new URL(url.replace(/^([^/]*\/\/[^/]*)@\//, '$1@localhost/'));
  } catch {
    // Told below.
  }
  const isCut = parsed !== undefined && (parsed.hash !== '' || /@/.test(parsed.search));
  if (parsed && !isCut) return parsed;
  throw new UsageError(
    `A Postgres run store needs a URL like ${EXAMPLE}, and this one cannot be read. In its password, write # as %23, / as %2F, ? as %3F and @ as %40, or set PGPASSWORD instead.`,
  );
}

function redactorOf(password: string): (text: string) => string {
  const secrets = [...new Set([password, decoded(password)])].filter((secret) => secret !== '');
  return (text) => secrets.reduce((cleared, secret) => cleared.replaceAll(secret, '***'), text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
