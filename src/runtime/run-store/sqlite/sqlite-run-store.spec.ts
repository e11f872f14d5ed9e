import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeRunStore } from '../run-store.contract.fixture.js';
import { SqliteRunStore } from './sqlite-run-store.js';

describe(SqliteRunStore, () => {
  let folder: string;
  const path = (): string => join(folder, 'state', 'runs.sqlite');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describeRunStore(() => new SqliteRunStore({ path: path() }));
});
