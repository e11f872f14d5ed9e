import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalStorage } from '../../../resources/storage/providers/local/local-storage.js';
import { describeStorageProvider } from './storage.contract.js';

describe(LocalStorage, () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'synapse-local-storage-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  describeStorageProvider(
    { describe, it, expect, beforeEach, afterEach },
    { create: () => new LocalStorage({ location: join(root, 'base') }) },
  );
});
