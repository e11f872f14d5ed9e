import { join } from 'node:path';
import { SqliteRunStore } from '../../../src/runtime/run-store/sqlite/sqlite-run-store.js';
import { describeKills } from '../../durability/describe-kills.js';

jest.setTimeout(240_000);

describeKills('SQLite', ({ folder }) => {
  const path = join(folder, 'runs.sqlite');
  return { where: { store: path }, store: new SqliteRunStore({ path }) };
});
