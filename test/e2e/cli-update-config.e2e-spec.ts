import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { SynapseSandbox } from './synapse-process.js';
import { CONFIG, demoPlugin } from './demo-plugin.fixture.js';

// Each call starts a process, and the type check starts another.
jest.setTimeout(120_000);

/** What has no config entry yet is added at the end; nothing else moves. */
const SYNCED = CONFIG.replace(
  '    method: local\n',
  '    method: local\n    input_type: dataset\n    output_type: model_weights\n  count:\n    entrypoint: actions/tools:Tools.count\n',
);

describe('The commands that look into a plugin', () => {
  let sandbox: SynapseSandbox;

  beforeEach(() => {
    sandbox = demoPlugin();
  });

  afterEach(() => sandbox.remove());

  describe('plugin update-config', () => {
    it('adds what the code has, keeps every other byte, and has nothing to do the second time', () => {
      const first = sandbox.call(['plugin', 'update-config']);
      const written = statSync(sandbox.path('config.yaml'));
      const second = sandbox.call(['plugin', 'update-config']);

      expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
      expect(first.stdout).toContain('  train: input_type=dataset, output_type=model_weights\n');
      expect(first.stdout).toContain('  count: added (entrypoint=actions/tools:Tools.count)\n');
      expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toBe(SYNCED);
      expect(second).toEqual({ code: 0, stdout: 'No changes needed.\n', stderr: '' });
      expect(statSync(sandbox.path('config.yaml'))).toMatchObject({ mtimeMs: written.mtimeMs, ino: written.ino });
      expect(existsSync(sandbox.path('executed'))).toBe(false);
      expect(readdirSync(sandbox.root).sort()).toEqual(['actions', 'config.yaml']);
    });

    it('shows a diff in a dry run and writes nothing', () => {
      const { code, stdout, stderr } = sandbox.call(['plugin', 'update-config', '--dry-run']);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^--- config\.yaml\n\+\+\+ config\.yaml\n@@ /);
      expect(stdout.split('\n').filter((line) => /^[+-] /.test(line))).toEqual([
        '+    input_type: dataset',
        '+    output_type: model_weights',
        '+  count:',
        '+    entrypoint: actions/tools:Tools.count',
      ]);
      expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toBe(CONFIG);
    });

    it('tells programs what it did', () => {
      const facts = { changed: true, changes: { count: expect.any(String) as string }, conflicts: [], stale: [] };
      const { stdout: dry } = sandbox.call(['plugin', 'update-config', '--dry-run', '--json']);
      const { stdout: wet } = sandbox.call(['plugin', 'update-config', '-p', '.', '--json']);

      expect(JSON.parse(dry)).toMatchObject({
        ...facts,
        written: false,
        diff: expect.stringContaining('+  count:') as string,
      });
      expect(JSON.parse(wet)).toMatchObject({ ...facts, written: true, path: sandbox.path('config.yaml') });
      expect(JSON.parse(wet)).not.toHaveProperty('diff');
    });

    it('leaves entries without code alone until it is told to prune them', () => {
      sandbox.write({ 'config.yaml': `${SYNCED}  gone:\n    entrypoint: actions/gone:Gone\n` });
      const kept = sandbox.call(['plugin', 'update-config']);
      const pruned = sandbox.call(['plugin', 'update-config', '--prune']);

      expect(kept).toMatchObject({ code: 0, stdout: 'No changes needed.\n' });
      expect(kept.stderr).toContain('--prune');
      expect(pruned.stdout).toContain('  gone: removed\n');
      expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toBe(SYNCED);
    });

    it.each([[['--dry-run']], [[]]])(
      'decides nothing between two places for one name, and ends with 3, with %j',
      (words) => {
        const conflicting = SYNCED.replace('actions.train.TrainAction', 'actions/old:TrainAction');
        sandbox.write({ 'config.yaml': conflicting });
        const { code, stderr } = sandbox.call(['plugin', 'update-config', ...words]);

        expect(code).toBe(3);
        expect(stderr).toContain('[SYN_SYNC_CONFLICT]');
        expect(stderr).toContain('actions/old:TrainAction');
        expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toBe(conflicting);
      },
    );

    it('points an entry at what was found when it is told to', () => {
      sandbox.write({ 'config.yaml': SYNCED.replace('actions.train.TrainAction', 'actions/old:TrainAction') });

      expect(sandbox.call(['plugin', 'update-config', '--repoint'])).toMatchObject({ code: 0 });
      expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toContain('entrypoint: actions/train:TrainAction');
    });

    it('changes nothing while a source cannot be read, since its actions would look removed', () => {
      sandbox.write({ 'actions/tools.ts': 'export class {' });
      const { code, stderr } = sandbox.call(['plugin', 'update-config', '--prune']);

      expect(code).toBe(3);
      expect(stderr).toContain('actions/tools.ts:1:');
      expect(readFileSync(sandbox.path('config.yaml'), 'utf8')).toBe(CONFIG);
    });

    it('says why it cannot write', () => {
      const name = `${'c'.repeat(240)}.yaml`; // leaves no room for the name of the file that is written beside it
      sandbox.write({ [name]: CONFIG });
      const { code, stderr } = sandbox.call(['plugin', 'update-config', '--path', name]);

      expect(code).toBe(3);
      expect(stderr).toContain('[SYN_CONFIG_WRITE]');
      expect(readFileSync(sandbox.path(name), 'utf8')).toBe(CONFIG);
    });
  });
});
