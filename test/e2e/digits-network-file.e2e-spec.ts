import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Finished, STACK, SynapseSandbox } from './synapse-process.js';

jest.setTimeout(120_000); // real training, perhaps on a busy machine

const plugin = resolve(__dirname, '../../plugins-example/digits');

interface Evaluation {
  readonly accuracy: number;
  readonly held_out_count: number;
  readonly onnx_accuracy: number;
  readonly onnx_agreement_count: number;
  readonly onnx_max_difference: number;
}

describe('The digits plugin from the split to the ONNX file, action by action', () => {
  let sandbox: SynapseSandbox;
  let evaluated: Finished;

  const run = (action: string, ...words: string[]): Finished =>
    sandbox.call(['plugin', 'run', action, '--path', plugin, ...words]);
  const resultOf = <T>({ code, stdout, stderr }: Finished): T => {
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };

  beforeAll(() => {
    sandbox = new SynapseSandbox();
    const folder = ['--output-dir', 'out'];
    const { dataset_path } = resultOf<{ dataset_path: string }>(run('prepare', ...folder));
    const trained = run('train', '--dataset-path', dataset_path, '--epochs', '5', ...folder);
    const { weights_path } = resultOf<{ weights_path: string }>(trained);
    const { onnx_path } = resultOf<{ onnx_path: string }>(run('export', '--weights-path', weights_path, ...folder));
    const paths = ['--dataset-path', dataset_path, '--weights-path', weights_path, '--onnx-path', onnx_path];
    evaluated = run('evaluate', ...paths);
  });
  afterAll(() => sandbox.remove());

  it('exports a network that the ONNX runtime answers with as TensorFlow.js does, for every test image', () => {
    const result = resultOf<Evaluation>(evaluated);

    expect(result).toMatchObject({ held_out_count: 359, onnx_agreement_count: 359, onnx_accuracy: result.accuracy });
    expect(result.onnx_max_difference).toBeLessThan(1e-5);
    expect(result.accuracy).toBeGreaterThan(0.8);
  });

  it('leaves three whole files where it was told to', () => {
    expect(readdirSync(sandbox.path('out')).sort()).toEqual(['digits.json', 'digits.onnx', 'weights.json']);
    expect(statSync(sandbox.path('out/digits.onnx')).size).toBeGreaterThan(38_000);
  });

  it('prints one line on stdout, and metrics without advice of the libraries on stderr', () => {
    expect(evaluated.stdout).toMatch(/^\{.*\}\n$/);
    expect(evaluated.stderr).toContain('[onnx] Metrics');
    expect(evaluated.stderr).not.toMatch(/TensorFlow|onnxruntime/);
  });

  it.each([
    [
      'a network that cannot be read',
      ['evaluate', '--weights-path', 'out/weights.json', '--onnx-path', 'broken'],
      'onnx_path',
    ],
    ['a data set that cannot be read', ['train', '--dataset-path', 'broken'], 'dataset_path'],
    ['weights that cannot be read', ['export', '--weights-path', 'broken'], 'weights_path'],
  ] as const)('fails on %s with a sentence and exit code 1', (_case, [action, ...words], cure) => {
    writeFileSync(sandbox.path('broken'), 'PK');
    const failed = run(action, ...words);

    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toContain(cure);
    expect(failed.stderr).not.toMatch(STACK);
  });
});
