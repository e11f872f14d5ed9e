import { readFileSync } from 'node:fs';
import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(60_000);

const WORK = `import { Action, BaseAction, BaseStep, Step, StepContext, StepResult } from 'nest-synapse';
import { appendFileSync } from 'node:fs';

@Step({ name: 'put' }) export class PutStep extends BaseStep<StepContext> {
  execute() { return StepResult.ok(); }
  override rollback() { appendFileSync('effects', 'undone\\n'); }
}
@Action({ name: 'upload', steps: [PutStep] }) export class UploadAction extends BaseAction<object> {}
@Action({ name: 'plain' }) export class PlainAction { execute() { return { done: true }; } }
`;

describe('synapse run undo, of a pipeline with an action that has steps and no compensate', () => {
  it('says that the steps are not undone, and how they are', () => {
    const sandbox = new SynapseSandbox();
    try {
      const pipelines = 'pipelines:\n  both: { strict: false, actions: [plain, upload] }\n';
      sandbox.write({ 'config.yaml': `name: Work\ncode: work\n${pipelines}`, 'work.ts': WORK, effects: '' });
      const { id } = JSON.parse(sandbox.call(['pipeline', 'run', '--json']).stdout) as { id: string };
      const { code, stderr } = sandbox.call(['run', 'undo', id]);
      const [, child = ''] = /The steps of 'upload' are not undone: .* synapse run undo (\S+)\n/.exec(stderr) ?? [];

      expect({ code, others: stderr.includes("'plain'") }).toEqual({ code: 0, others: false });
      expect(sandbox.call(['run', 'undo', child])).toMatchObject({ code: 0, stdout: 'put: undone\n' });
      expect(readFileSync(sandbox.path('effects'), 'utf8')).toBe('undone\n');
    } finally {
      sandbox.remove();
    }
  });
});
