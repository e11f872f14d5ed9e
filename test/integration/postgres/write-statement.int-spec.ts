import { Client, Query } from 'pg';
import { AnswerWatch } from '../../../src/runtime/run-store/postgres/answer-watch.js';
import { type Session, sessionOf } from '../../../src/runtime/run-store/postgres/postgres-session.js';
import type { Cell } from '../../../src/runtime/run-store/row-writer.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(60_000); // a server is started, perhaps on a busy machine

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describeWithPostgres('A write of which only the number of rows is wanted', 'a server of its own', () => {
  let sandbox: PostgresSandbox;
  let client: Client;
  let session: Session;
  const insert = { name: 'insert_note', text: 'INSERT INTO notes (number, word) VALUES ($1, $2)' };

  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a server of its own');
    await sandbox.query('CREATE TABLE notes (number integer PRIMARY KEY, word text)');
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    await sandbox.query('TRUNCATE notes');
    // The driver has a limit of its own here, with a timer for each statement.
    client = new Client({ connectionString: sandbox.url, query_timeout: 60_000 });
    await client.connect();
    session = sessionOf(client, Query, new AnswerWatch(60_000));
  });
  afterEach(() => client.end());

  const words = async (): Promise<unknown> =>
    (await session.execute({ text: 'SELECT number, word FROM notes ORDER BY number' })).rows;

  it('counts what it has written, or locked', async () => {
    for (const [number, word] of [
      [1, 'one'],
      [2, null],
      [3, 'ünï "quoted" \\ 🙂'],
    ] as const)
      expect(await session.write(insert, [number, word])).toBe(1);
    const update = { name: 'update_notes', text: 'UPDATE notes SET word = word WHERE number >= $1' };
    const lock = { name: 'lock_notes', text: 'SELECT number, word FROM notes WHERE number > $1 FOR UPDATE' };

    expect(await session.write(update, [2])).toBe(2);
    expect(await session.write(update, [4])).toBe(0);
    expect(await session.write(lock, [0])).toBe(3);
    expect(await words()).toEqual([
      { number: 1, word: 'one' },
      { number: 2, word: null },
      { number: 3, word: 'ünï "quoted" \\ 🙂' },
    ]);
  });

  it('tells of an answer that is late once, also when it comes', async () => {
    const impatient = sessionOf(client, Query, new AnswerWatch(50));
    const told: unknown[] = [];
    const wait = { name: 'wait', text: 'SELECT pg_sleep($1)' };
    impatient.send(wait, ['0.3'], (fault, count) => told.push(fault?.fault ?? count));
    await session.write(insert, [1, null]); // which comes after it

    expect(told).toEqual([new Error('query read timeout')]);
  });

  it.each([
    ['nothing', ''],
    ['a lone half of a character, which has no UTF-8', 'a\ud83d'],
    ['more than the place where messages are put together holds', 'a'.repeat(100_000)],
    ['several MB', 'ü🙂'.repeat(1_000_000)],
  ])('sends a text of %s, and the next as if it had not been', async (_case, word) => {
    expect(await session.write(insert, [1, word])).toBe(1);
    expect(await session.write(insert, [-2, 'word'])).toBe(1);
    expect(await words()).toEqual([
      { number: -2, word: 'word' },
      { number: 1, word: word.toWellFormed() },
    ]);
  });

  it('sends any number that a column takes', async () => {
    await sandbox.query('CREATE TABLE measures (value double precision, share real, count bigint)');
    const measure = { name: 'insert_measure', text: 'INSERT INTO measures VALUES ($1, $2, $3)' };
    const values = [-1.7976931348623157e308, 33.3, Number.MAX_SAFE_INTEGER];
    await session.write(measure, values);

    const { rows } = await session.execute({ text: 'SELECT value, share, count::text FROM measures' });
    expect(rows).toEqual([{ value: values[0], share: 33.3, count: '9007199254740991' }]);
  });

  it.each<[string, readonly Cell[], object]>([
    ['the server refuses', [1, 'again'], { fault: { code: '23505' } }],
    ['is no number for the server', ['one', 'one'], { fault: { code: '22P02' } }],
    ['the driver cannot send', [2, Symbol('no text') as never], { fault: { code: 'ERR_INVALID_ARG_TYPE' } }],
  ])('leaves the connection as it was after one that %s', async (_case, values, thrown) => {
    await session.write(insert, [1, 'one']);

    await expect(session.write(insert, values)).rejects.toMatchObject(thrown);
    expect(await session.write(insert, [5, 'five'])).toBe(1);
    expect(await words()).toEqual([
      { number: 1, word: 'one' },
      { number: 5, word: 'five' },
    ]);
  });

  it('leaves the connection as it was where a statement cannot be sent that is new to it', async () => {
    const cut = session.write(insert, [2, Symbol('no text') as never]);

    await expect(cut).rejects.toMatchObject({ fault: { code: 'ERR_INVALID_ARG_TYPE' } });
    expect(await session.write(insert, [5, 'five'])).toBe(1);
    expect(await words()).toEqual([{ number: 5, word: 'five' }]);
  });

  it('is refused when its SQL is, with each try', async () => {
    const wrong = { name: 'wrong', text: 'INSERT INTO nowhere VALUES ($1)' };
    for (let count = 0; count < 2; count++)
      await expect(session.write(wrong, [1])).rejects.toMatchObject({ fault: { code: '42P01' } });

    expect(await session.write(insert, [1, 'one'])).toBe(1);
  });

  it('leaves no timer of the driver behind', async () => {
    const before = timers();
    for (let number = 1; number <= 20; number++) await session.write(insert, [number, 'word']);

    expect(timers()).toBeLessThan(before + 10);
  });
});
