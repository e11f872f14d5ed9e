import { readFileSync } from 'node:fs';
import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(120_000);

const ACTION = `import { Action, type RuntimeContext } from 'nest-synapse';

@Action({ name: 'keep' })
export class KeepAction {
  async execute(_params: object, ctx: RuntimeContext) {
    const url = await ctx.storage.write('한글/a.txt', 'kept', { signal: ctx.signal });
    return { url, text: await ctx.storage.getPath('한글').join('a.txt').readText() };
  }
}
`;

describe('ctx.storage on the command line', () => {
  let sandbox: SynapseSandbox;
  beforeEach(() => {
    sandbox = new SynapseSandbox();
    sandbox.write({ 'config.yaml': 'name: Keeper\ncode: keeper\nversion: 1.0.0\n', 'keep.ts': ACTION });
  });
  afterEach(() => sandbox.remove());

  const keep = (provider?: string, configuration?: string) =>
    sandbox.call(['plugin', 'run', 'keep'], {
      env: { SYNAPSE_STORAGE_PROVIDER: provider, SYNAPSE_STORAGE_CONFIGURATION: configuration },
    });

  it('is the storage of the environment', () => {
    const { code, stdout } = keep('local', JSON.stringify({ location: sandbox.path('files') }));

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ url: `file://${sandbox.path('files')}/한글/a.txt`, text: 'kept' });
    expect(readFileSync(sandbox.path('files/한글/a.txt'), 'utf8')).toBe('kept');
  });

  it('is not configured without one, and the error says how', () => {
    const { code, stderr } = keep();

    expect(code).toBe(1);
    expect(stderr).toContain('SYNAPSE_STORAGE_PROVIDER');
  });

  it.each([
    ['a provider that nobody knows', 'azure', '{}', "Provider 'azure' not found. Available: amazon_s3, file_system"],
    ['a field that is missing', 's3', '{"secret_key":"hunter2"}', 'bucket_name'],
    ['something that is no JSON', 's3', 'hunter2', 'SYNAPSE_STORAGE_CONFIGURATION: must be an object, written as JSON'],
  ])('refuses %s, without showing a value', (_case, provider, configuration, message) => {
    const { code, stdout, stderr } = keep(provider, configuration);

    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('hunter2');
  });
});
