import { describeRunStore } from '../../../src/runtime/run-store/run-store.contract.fixture.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

jest.setTimeout(60_000);

describeWithPostgres('PostgresRunStore', 'a database', () => {
  let sandbox: PostgresSandbox;
  beforeAll(async () => {
    sandbox = await PostgresSandbox.open('a database');
  });
  afterAll(() => sandbox.close());

  describeRunStore(() => sandbox.store());
});
