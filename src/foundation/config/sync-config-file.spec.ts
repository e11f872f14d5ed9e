import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeConfigFile } from './config-file-writer.js';
import { syncConfigFile } from './sync-config-file.js';
import { unifiedDiff } from './unified-diff.js';

const INFER = { name: 'infer', entrypoint: 'plugin/acts:Infer' };

describe('files', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-sync-'));
    file = join(folder, 'config.yaml');
  });
  afterEach(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true });
  });

  describe(syncConfigFile, () => {
    it('D12: writes what changed and leaves nothing else in the folder', async () => {
      writeFileSync(file, '# mine\nname: n\n');
      const result = await syncConfigFile(folder, [INFER]);

      expect(result).toMatchObject({
        path: file,
        isWritten: true,
        changes: { infer: 'added (entrypoint=plugin/acts:Infer)' },
      });
      expect(readFileSync(file, 'utf8')).toBe(
        '# mine\nname: n\nactions:\n  infer:\n    entrypoint: plugin/acts:Infer\n',
      );
      expect(readdirSync(folder)).toEqual(['config.yaml']);
    });

    it('D12: does not touch a file that agrees with the code', async () => {
      writeFileSync(file, 'actions: {infer:   plugin.acts.Infer}');
      const { mtimeNs, ino } = statSync(file, { bigint: true });
      const result = await syncConfigFile(file, [INFER]);

      expect(result).toMatchObject({ isWritten: false, isChanged: false, changes: {} });
      expect(statSync(file, { bigint: true })).toMatchObject({ mtimeNs, ino });
    });

    it('shows what it would do without doing it', async () => {
      writeFileSync(file, 'name: n\r\nactions:\r\n');
      const { before, text, path } = await syncConfigFile(file, [INFER], { dryRun: true });

      expect(readFileSync(file, 'utf8')).toBe('name: n\r\nactions:\r\n');
      expect(unifiedDiff(before, text, path)).toBe(
        `--- ${file}\n+++ ${file}\n@@ -1,2 +1,4 @@\n name: n\r\n actions:\r\n+  infer:\r\n+    entrypoint: plugin/acts:Infer\r\n`,
      );
    });

    it('D11: refuses a conflict and leaves the whole file alone', async () => {
      const text = 'actions:\n  infer: plugin/old:Infer\n';
      writeFileSync(file, text);
      const found = [INFER, { name: 'other', entrypoint: 'a:B' }];

      await expect(syncConfigFile(file, found)).rejects.toMatchObject({
        code: 'SYN_SYNC_CONFLICT',
        kind: 'config',
        conflicts: [expect.stringContaining('plugin/old:Infer')],
      });
      expect(readFileSync(file, 'utf8')).toBe(text);
      await expect(syncConfigFile(file, found, { dryRun: true })).resolves.toMatchObject({
        conflicts: [{ action: 'infer' }],
      });
    });

    it('refuses a folder without a config.yaml', async () => {
      await expect(syncConfigFile(folder, [])).rejects.toMatchObject({ code: 'SYN_CONFIG_NOT_FOUND' });
    });
  });

  describe(writeConfigFile, () => {
    it('keeps permissions and follows a link', async () => {
      const link = join(folder, 'link.yaml');
      writeFileSync(file, 'old');
      chmodSync(file, 0o640);
      symlinkSync(file, link);
      await writeConfigFile(link, 'néw\r\n');

      expect(readFileSync(file, 'utf8')).toBe('néw\r\n');
      expect(statSync(file).mode & 0o777).toBe(0o640);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
    });

    it('makes a file that was not there', async () => {
      await writeConfigFile(file, 'new');

      expect(readFileSync(file, 'utf8')).toBe('new');
    });

    it('says so when it cannot write, and leaves nothing behind', async () => {
      const target = join(folder, 'nope', 'config.yaml');

      await expect(writeConfigFile(target, 'x')).rejects.toMatchObject({
        code: 'SYN_CONFIG_WRITE',
        details: { path: target },
      });
      await expect(writeConfigFile(folder, 'x')).rejects.toMatchObject({ code: 'SYN_CONFIG_WRITE' });
      expect(readdirSync(folder)).toEqual([]);
    });
  });
});

describe(unifiedDiff, () => {
  it('is empty when nothing changes', () => {
    expect(unifiedDiff('a\n', 'a\n', 'x')).toBe('');
  });

  it('shows a missing last line break', () => {
    expect(unifiedDiff('a', 'a\n', 'x')).toContain('\\ No newline at end of file');
  });
});
