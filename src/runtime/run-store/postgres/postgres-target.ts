import { UsageError } from '../../../foundation/errors/run.errors.js';
import { shownBlobUrl } from '../blob-target.js';

/** Which database and schema a store lies in. */
export interface PostgresTarget {
  /** For the driver only: it may hold the password. */
  readonly connectionString: string;
  readonly schema: string;
  /** URL of the storage that large values go to, where the store's own URL names one. */
  readonly blobStorage: string | undefined;
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
 * Reads a store's URL. `?schema=` names the schema, `?blob_storage=` the storage for large values; everything else in it is the driver's.
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
  const blobStorage = parsed.searchParams.get('blob_storage') ?? undefined;
  for (const key of ['schema', 'blob_storage']) parsed.searchParams.delete(key);
  const { username, password, host, pathname } = parsed;
  const said = [
    ...(name === DEFAULT_SCHEMA ? [] : [`schema=${name}`]),
    ...(blobStorage === undefined ? [] : [`blob_storage=${asParameter(shownBlobUrl(blobStorage))}`]),
  ];
  const location = `postgres://${username && `${username}@`}${host}${pathname}${said.length > 0 ? `?${said.join('&')}` : ''}`;
  return { connectionString: parsed.href, schema: name, blobStorage, location, redact: redactorOf(password) };
}

/** Quotes what would end a parameter, and leaves the rest as people wrote it. */
function asParameter(text: string): string {
  return encodeURIComponent(text).replaceAll(/%(3A|2F|3F|3D)/g, (quoted) => decodeURIComponent(quoted));
}

function parsedUrl(url: string): URL {
  let parsed: URL | undefined;
  try {
    // A user before an empty host is right where `?host=` names a socket's folder, but no URL by the standard.
    if (isPostgresUrl(url)) parsed = new URL(url.replace(/^([^/]*\/\/[^/]*)@\//, '$1@localhost/'));
  } catch {
    // Told below.
  }
  // A user in the URL of a storage is none of a password's.
  const ours = parsed?.search.replace(/([?&]blob_storage=[a-z][a-z0-9+.-]*:\/\/)[^&:@]*@/i, '$1');
  const isCut = parsed !== undefined && (parsed.hash !== '' || /@/.test(ours ?? ''));
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
