import { describeKills } from '../../durability/describe-kills.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(240_000);

describeWithPostgres('Postgres', 'a database', () => {
  let sandbox: PostgresSandbox;
  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a database');
  });
  afterAll(() => sandbox.close());

  describeKills('Postgres', () => {
    const schema = sandbox.newSchema();
    return { where: { store: sandbox.url, schema }, store: sandbox.store({ schema }) };
  });
});
