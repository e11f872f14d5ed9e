import { inspect } from 'node:util';
import { PostgresRunStore } from './postgres-run-store.js';
import { isPostgresUrl, postgresTargetOf } from './postgres-target.js';

describe('The URL of a Postgres run store', () => {
  it.each(['postgres://host/db', 'postgresql://host/db', 'POSTGRES://host/db'])('is told from a file: %s', (url) => {
    expect(isPostgresUrl(url)).toBe(true);
  });

  it.each(['runs.sqlite', './postgres://x', 'mysql://host/db', 'memory'])('is not %s', (word) => {
    expect(isPostgresUrl(word)).toBe(false);
  });

  it.each([
    ['postgres://me:pw@host:5433/db', 'postgres://me@host:5433/db', 'synapse'],
    ['postgresql://host/db?sslmode=require', 'postgres://host/db', 'synapse'],
    ['postgres://me@host/db?schema=team_7', 'postgres://me@host/db?schema=team_7', 'team_7'],
    ['postgres:///db?host=/run/postgresql', 'postgres:///db', 'synapse'],
    ['postgres://me@/db?host=/run/postgresql', 'postgres://me@localhost/db', 'synapse'],
  ])('%s is shown as %s', (url, location, schema) => {
    expect(postgresTargetOf(url)).toMatchObject({ location, schema });
  });

  it.each([
    ['s3://bucket/a', 's3://bucket/a', 'blob_storage=s3://bucket/a'],
    [
      's3://b/a%3Fregion_name=eu-1%26secret_key=env:KEY',
      's3://b/a?region_name=eu-1&secret_key=env:KEY',
      'blob_storage=s3://b/a?region_name=eu-1%26secret_key=env:KEY',
    ],
    ['sftp://me@host/a', 'sftp://me@host/a', 'blob_storage=sftp://me%40host/a'],
    ['tape://1?shelf=top', 'tape://1?shelf=top', 'blob_storage=tape://1?shelf=***'],
  ])('may name the storage of large values: %s', (url, blobStorage, shown) => {
    const target = postgresTargetOf(`postgres://me:pw@host/db?blob_storage=${url}&sslmode=require`);

    expect(target).toMatchObject({ blobStorage, connectionString: 'postgres://me:pw@host/db?sslmode=require' });
    expect(target.location).toBe(`postgres://me@host/db?${shown}`);
    const again = `postgres://me@host/db?${shown.replace('***', 'top')}`;
    expect(postgresTargetOf(again).blobStorage).toBe(blobStorage);
  });

  it.each(['sftp://me:hunter2@host/a', 's3://bucket?secret_key=hunter2', 's3://bucket?access_key=hunter2', 'hunter2'])(
    'is refused where it names the storage of large values by %s, without what may be secret',
    (storage) => {
      const url = `postgres://host/db?blob_storage=${encodeURIComponent(storage)}`;
      for (const make of [() => postgresTargetOf(url), () => new PostgresRunStore({ url, blobStorage: storage })]) {
        expect(make).toThrow(expect.objectContaining({ code: 'SYN_USAGE' }) as Error);
        expect(make).not.toThrow(/hunter2/);
      }
    },
  );

  it('leaves to the driver what is not ours', () => {
    const { connectionString } = postgresTargetOf('postgres://me:pw@host/db?schema=a&sslmode=require');

    expect(connectionString).toBe('postgres://me:pw@host/db?sslmode=require');
  });

  it('gives way to the schema of the options', () => {
    expect(postgresTargetOf('postgres://host/db?schema=a', 'b').schema).toBe('b');
  });

  it.each(['', 'Team', '1st', 'a-b', 'pg_mine', 'a"; DROP SCHEMA public; --', 'x'.repeat(64)])(
    'refuses the schema %j',
    (schema) => {
      expect(() => postgresTargetOf('postgres://host/db', schema)).toThrow(/schema/);
    },
  );

  it.each([
    'postgres://me:se/cret@host/db',
    'postgres://me:se#cret@host/db',
    'postgres://me:12?se@cret@host/db',
    'postgres://me:12#se@host/db',
    'mysql://me:secret@host/db',
    'postgres://[::1/secret',
  ])('that cannot be read is refused without being repeated: %s', (url) => {
    expect(() => postgresTargetOf(url)).toThrow(expect.objectContaining({ code: 'SYN_USAGE' }) as Error);
    expect(() => postgresTargetOf(url)).not.toThrow(/cret|secret|se@/);
  });

  it('takes a password out of what others say, in both its forms', () => {
    const { redact } = postgresTargetOf('postgres://me:p%40ss%2Fword@host/db');

    expect(redact('cannot use p@ss/word or p%40ss%2Fword')).toBe('cannot use *** or ***');
    expect(postgresTargetOf('postgres://me@host/db').redact('as it is')).toBe('as it is');
  });

  it('is not shown with its password by a store that is printed', () => {
    const store = new PostgresRunStore({ url: 'postgres://me:secret@host/db' });

    expect(inspect(store, { depth: 20, showHidden: true }) + JSON.stringify(store)).not.toContain('secret');
  });
});

describe('The options of a Postgres run store', () => {
  it.each([
    ['maxConnections', 0],
    ['maxConnections', 1.5],
    ['connectTimeoutMs', -1],
    ['queryTimeoutMs', Number.NaN],
    ['retryForMs', Infinity],
    ['leaseMs', 0],
    ['blobTimeoutMs', 0],
    ['maxInlineBytes', 0],
  ])('refuse %s: %d, with the limits', (option, value) => {
    expect(() => new PostgresRunStore({ url: 'postgres://host/db', blobStorage: 's3://b', [option]: value })).toThrow(
      new RegExp(`${option}.*from [01] to`),
    );
  });
});
