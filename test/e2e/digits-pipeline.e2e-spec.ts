import { existsSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Finished, SynapseSandbox } from './synapse-process.js';

jest.setTimeout(180_000); // real training, perhaps on a busy machine

const plugin = resolve(__dirname, '../../plugins-example/digits');

interface Evaluation {
  readonly accuracy: number;
  readonly held_out_count: number;
  readonly onnx_accuracy: number;
  readonly onnx_agreement_count: number;
  readonly onnx_max_difference: number;
}
interface Run {
  readonly id: string;
  readonly action: string;
  readonly status: string;
}

describe('The pipeline of the digits plugin, run by the built command line', () => {
  let sandbox: SynapseSandbox;

  beforeAll(() => {
    sandbox = new SynapseSandbox();
  });
  afterAll(() => sandbox.remove());

  const wordsFor = (params: object): string[] => [
    ...['pipeline', 'run', 'digits', '--path', plugin],
    ...['--params', JSON.stringify(params)],
  ];
  const evaluationOf = ({ code, stdout, stderr }: Finished): Evaluation => {
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    expect(stdout).toMatch(/^\{.*\}\n$/);
    return JSON.parse(stdout) as Evaluation;
  };
  const runs = (): Run[] => JSON.parse(sandbox.call(['run', 'list', '--json']).stdout) as Run[];
  const expectAgreement = (result: Evaluation): void => {
    expect(result).toMatchObject({ held_out_count: 359, onnx_agreement_count: 359, onnx_accuracy: result.accuracy });
    expect(result.onnx_max_difference).toBeLessThan(1e-5);
  };

  it('is valid, and is drawn as four actions in a row', () => {
    const validated = sandbox.call(['pipeline', 'validate', '--path', plugin]);
    const graph = sandbox.call(['pipeline', 'graph', '--path', plugin]);

    expect(validated).toMatchObject({ code: 0 });
    expect(graph.stdout).toMatch(/^flowchart/);
    expect(graph.stdout.match(/-->/g)).toHaveLength(3);
  });

  it('goes on after kill -9 in the middle of the training, without preparing the data again, to the same network', async () => {
    const params = { epochs: 6, output_dir: 'unbroken' };
    const unbroken = evaluationOf(sandbox.call(wordsFor(params)));
    expectAgreement(unbroken);

    const { child, finished } = sandbox.start(wordsFor({ ...params, output_dir: 'killed' }));
    let stderr = '';
    child.stderr?.on('data', (text: string) => {
      stderr += text;
      if (/\[train\] Progress/.test(stderr)) child.kill('SIGKILL');
    });
    expect((await finished).code).toBeNull();
    expect(readdirSync(sandbox.path('killed'))).toEqual(['digits.json']);
    const prepared = statSync(sandbox.path('killed/digits.json'), { bigint: true }).mtimeNs;
    const left = runs().filter(({ status }) => status === 'running'); // as their process has left them
    const pipeline = left.find(({ action }) => action.startsWith('pipeline:'));
    expect(left).toHaveLength(2); // the pipeline, and the training in it

    const resumed = evaluationOf(sandbox.call(['run', 'resume', pipeline?.id ?? '']));
    expectAgreement(resumed);
    expect(resumed.accuracy).toBe(unbroken.accuracy);
    expect(statSync(sandbox.path('killed/digits.json'), { bigint: true }).mtimeNs).toBe(prepared);
    expect(readdirSync(sandbox.path('killed')).sort()).toEqual(['digits.json', 'digits.onnx', 'weights.json']);
    expect(runs().map(({ status }) => status)).toEqual(new Array(10).fill('completed')); // two pipelines of four actions
  });

  it('takes the ONNX file back when the evaluation refuses it, and says why', () => {
    const refused = sandbox.call(wordsFor({ epochs: 1, tolerance: 0, output_dir: 'refused' }));

    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('allowed: 0');
    expect(existsSync(sandbox.path('refused/weights.json'))).toBe(true);
    expect(existsSync(sandbox.path('refused/digits.onnx'))).toBe(false);
  });
});
