import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { agreementOf } from '../../../plugins-example/digits/src/agreement.js';
import { DigitsClassifier } from '../../../plugins-example/digits/src/digits-classifier.js';
import { SplitFile } from '../../../plugins-example/digits/src/split-file.js';
import { WeightsFile } from '../../../plugins-example/digits/src/weights-file.js';
import { SynapseSandbox } from '../../e2e/synapse-process.js';
import { isRequired } from '../../is-required.js';

jest.setTimeout(180_000); // real training, perhaps on a busy machine

const plugin = resolve(__dirname, '../../../plugins-example/digits');
const requirements = join(__dirname, 'requirements.txt');
const python = process.env['SYNAPSE_TEST_ONNX_PYTHON'];
/** CI prepares the environment; where that went wrong the test must fail, not vanish. */
const isSkipped = python === undefined && !isRequired();

if (isSkipped) {
  process.stderr.write(
    `Skipped: Python's onnxruntime. Install ${requirements} into an environment of Python 3.12 or newer, ` +
      'and name its interpreter in SYNAPSE_TEST_ONNX_PYTHON.\n',
  );
}

interface PythonAnswer {
  readonly runtime: string;
  readonly probabilities: number[][];
}

(isSkipped ? describe.skip : describe)("Python's onnxruntime", () => {
  let sandbox: SynapseSandbox;

  beforeAll(() => {
    sandbox = new SynapseSandbox();
  });
  afterAll(() => sandbox.remove());

  const run = (action: string, params: object): void => {
    const words = ['plugin', 'run', action, '--path', plugin, '--params', JSON.stringify(params)];
    const { code, stderr } = sandbox.call(words);
    if (code !== 0) throw new Error(`${action} ended with ${code}: ${stderr}`);
  };
  const ask = (network: string, dataset: string): PythonAnswer => {
    if (python === undefined)
      throw new Error('CI has not set SYNAPSE_TEST_ONNX_PYTHON: see prepare_python in .ci/run.');
    const words = [join(__dirname, 'ask_network.py'), network, dataset];
    const { status, stdout, stderr } = spawnSync(python, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${python} ended with ${status}: ${stderr}`);
    return JSON.parse(stdout) as PythonAnswer;
  };

  it('answers as the trained network does for every test image of the exported file', async () => {
    const [dataset, weights, network] = ['digits.json', 'weights.json', 'digits.onnx'].map((name) =>
      sandbox.path(name),
    );
    const output_dir = sandbox.root;
    run('prepare', { output_dir });
    run('train', { dataset_path: dataset, epochs: 5, output_dir });
    run('export', { weights_path: weights, output_dir });
    const { runtime, probabilities } = ask(String(network), String(dataset));

    const { heldOut } = await new SplitFile().load(String(dataset));
    const { model } = await new WeightsFile().load(String(weights));
    const classifier = new DigitsClassifier();
    const { disagreeing, maxDifference } = agreementOf(await classifier.predict(model, heldOut), probabilities);
    classifier.release(model);
    expect(readFileSync(requirements, 'utf8')).toContain(`onnxruntime==${runtime}\n`);
    expect(probabilities).toHaveLength(359);
    expect(disagreeing).toEqual([]);
    expect(maxDifference).toBeLessThan(1e-5);
  });
});
