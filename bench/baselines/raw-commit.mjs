import pg from 'pg';

/**
 * The least that keeping a text in Postgres can be: one prepared insert, durable when the server answers.
 *
 * @param connections - How many write at a time.
 * @returns a function that inserts on one of the connections, and one that ends them.
 */
export async function rawCommits(url, connections = 1) {
  const clients = Array.from({ length: connections }, () => new pg.Client({ connectionString: url }));
  for (const client of clients) await client.connect();
  await clients[0].query('CREATE TABLE raw (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)');
  const text = 'INSERT INTO raw (body) VALUES ($1)';
  return {
    insert: (body, connection = 0) => clients[connection].query({ name: 'raw', text, values: [body] }),
    close: () => Promise.all(clients.map((client) => client.end())),
  };
}
