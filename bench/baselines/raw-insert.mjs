import { DatabaseSync } from 'node:sqlite';

/**
 * The least that keeping a text can be: one insert into the file, durable when the call returns.
 *
 * @returns a function that does so, and one that closes the connection.
 */
export function rawInsert(path) {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA synchronous = NORMAL; CREATE TABLE IF NOT EXISTS raw (number INTEGER PRIMARY KEY, body TEXT)');
  const insert = db.prepare('INSERT INTO raw (body) VALUES (?)');
  return { insert: (body) => insert.run(body), close: () => db.close() };
}
