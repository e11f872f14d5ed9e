import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

jest.setTimeout(120_000); // real training, perhaps on a busy machine

const repository = resolve(__dirname, '../..');
const plugin = join(repository, 'plugins-example/digits');
const launcher = join(repository, 'bin/synapse.js');

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface TrainResult {
  readonly accuracy: number;
  readonly seconds: number;
  readonly weights_path: string;
  readonly training_count: number;
  readonly held_out_count: number;
}

describe('The digits plugin, run by the built command line', () => {
  let home: string;
  let trained: Finished;
  let result: TrainResult;

  const environment = (): NodeJS.ProcessEnv => ({
    ...process.env,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_STATE_HOME: join(home, 'state'),
  });
  const synapse = (...args: string[]): Promise<Finished> =>
    new Promise((settle) => {
      const words = [launcher, 'plugin', 'run', ...args, '--path', plugin];
      const child = execFile(process.execPath, words, { cwd: home, env: environment() }, (_error, stdout, stderr) =>
        settle({ code: child.exitCode, stdout, stderr }),
      );
    });
  const resultOf = <T>({ code, stdout, stderr }: Finished): T => {
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };

  beforeAll(async () => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'digits-e2e-')));
    trained = await synapse('train', '--output-dir', 'weights');
    result = resultOf(trained);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('trains a classifier that gets 95 of 100 unseen digits right', () => {
    expect(result.accuracy).toBeGreaterThanOrEqual(0.95);
    expect(result.held_out_count).toBe(359);
    expect(result.training_count + result.held_out_count).toBe(1797);
    expect(result.seconds).toBeGreaterThan(0);
  });

  it('prints the result as the one line of stdout, and progress on stderr', () => {
    expect(trained.stdout).toMatch(/^\{.*\}\n$/);
    expect(trained.stderr).toMatch(/train.*\d+(\.\d+)? ?%/);
    expect(trained.stderr).not.toContain('\u001b');
    expect(trained.stderr).not.toContain('TensorFlow');
  });

  it('saves the weights where it says, whole and alone', () => {
    expect(result.weights_path).toBe(join(home, 'weights/weights.json'));
    expect(statSync(result.weights_path).size).toBeGreaterThan(10_000);
    expect(readdirSync(join(home, 'weights'))).toEqual(['weights.json']);
  });

  it('learns nothing from shuffled labels', async () => {
    const control = await synapse('train', '--shuffle-labels', '--epochs', '10', '--output-dir', 'control');

    expect(resultOf<TrainResult>(control).accuracy).toBeLessThan(0.3);
  });

  it('evaluates the weights to the accuracy that training measured', async () => {
    const evaluated = resultOf<{ accuracy: number; recall: number[]; confusion: number[][] }>(
      await synapse('evaluate', '--weights-path', result.weights_path),
    );

    expect(evaluated.accuracy).toBe(result.accuracy);
    expect(evaluated.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(result.held_out_count);
    expect(evaluated.recall).toHaveLength(10);
  });

  it('predicts a digit of the data set, and the same one from its pixels', async () => {
    interface Prediction {
      readonly digit: number;
      readonly label?: number;
      readonly probabilities: number[];
    }
    const byIndex = resultOf<Prediction>(
      await synapse('predict', '--weights-path', result.weights_path, '--index', '0'),
    );
    const pixels = [
      [0, 0, 5, 13, 9, 1, 0, 0],
      [0, 0, 13, 15, 10, 15, 5, 0],
      [0, 3, 15, 2, 0, 11, 8, 0],
      [0, 4, 12, 0, 0, 8, 8, 0],
      [0, 5, 8, 0, 0, 9, 8, 0],
      [0, 4, 11, 0, 1, 12, 7, 0],
      [0, 2, 14, 5, 10, 12, 0, 0],
      [0, 0, 6, 13, 10, 0, 0, 0],
    ].flat(); // the first line of the data: a zero
    const params = JSON.stringify({ weights_path: result.weights_path, pixels });
    const byPixels = resultOf<Prediction>(await synapse('predict', '--params', params));

    expect(byIndex).toMatchObject({ digit: 0, label: 0 });
    expect(byPixels.digit).toBe(0);
    expect(byPixels.label).toBeUndefined();
    expect(byPixels.probabilities).toEqual(byIndex.probabilities);
    expect(byPixels.probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  it.each([
    ['params out of range', ['train', '--epochs', '0'], 4, 'epochs'],
    ['a param that the action does not have', ['train', '--set', 'epoch=3'], 4, 'epoch'],
    ['weights that are not there', ['evaluate', '--weights-path', 'nowhere.json'], 1, 'weights_path'],
    ['a picture with too few pixels', ['predict', '--params', '{"weights_path":"x","pixels":[1,2]}'], 4, 'pixels'],
    ['an action it does not have', ['trian'], 2, 'train'],
  ])('refuses %s with a sentence and its exit code', async (_case, args, code, word) => {
    const refused = await synapse(...args);

    expect(refused).toMatchObject({ code, stdout: '' });
    expect(refused.stderr).toContain(word);
    expect(refused.stderr).not.toMatch(/^\s+at /m);
  });

  it('stops training on Ctrl-C, saves nothing and exits with 130', async () => {
    const words = [launcher, 'plugin', 'run', 'train', '--path', plugin, '--epochs', '1000', '--output-dir', 'stopped'];
    const child = spawn(process.execPath, words, { cwd: home, env: environment() });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      if (/train.*%/.test(stderr)) child.kill('SIGINT'); // training has begun
    });
    const code = await new Promise((settle) => child.once('close', settle));

    expect(code).toBe(130);
    expect(existsSync(join(home, 'stopped'))).toBe(false);
  });

  it('is what the npm script of the example runs', async () => {
    const manifest = JSON.parse(readFileSync(join(plugin, 'package.json'), 'utf8')) as { scripts: { example: string } };
    const [command, ...words] = manifest.scripts.example.split(' ');
    expect(command).toBe('synapse');
    const args = [launcher, ...words, '--epochs', '1', '--output-dir', join(home, 'example')];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: plugin, env: environment() });

    expect(JSON.parse(stdout)).toMatchObject({ weights_path: join(home, 'example/weights.json') });
  });
});
