import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutologContext } from './autolog-context.js';
import type { AutologTarget } from './autolog-target.interface.js';
import { IntegrationRegistry } from './integration-registry.js';
import { type TrainingOutcome, type UltralyticsHandle, UltralyticsIntegration } from './ultralytics.integration.js';

const STAND_IN = join(process.cwd(), 'test/fixtures/ultralytics/train-stand-in.mjs');

type Report = [kind: string, ...rest: unknown[]];

/** Keeps what it is told, like a run without listeners. */
class ReportingRun implements AutologTarget {
  readonly reports: Report[] = [];
  onMetrics = (): unknown => undefined;

  log(event: string, data: Record<string, unknown>, file?: string): void {
    // The file is read now: a later epoch may overwrite it.
    this.reports.push(['log', event, data, file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : file]);
  }
  setProgress(current: number, total: number, category?: string): void {
    if (!(total > 0) || current < 0 || current > total) throw new RangeError(`progress ${current} of ${total}`);
    this.reports.push(['progress', category, current, total]);
  }
  setMetrics(value: Record<string, unknown>, category: string): void {
    this.reports.push(['metrics', category, value]);
    if (category === 'validation') this.onMetrics();
  }

  of(kind: string, first: string): unknown[] {
    return this.reports
      .filter(([kindOf, firstOf]) => kindOf === kind && firstOf === first)
      .map(([, , ...rest]) => rest);
  }
}

describe(UltralyticsIntegration, () => {
  let folder: string;
  let run: ReportingRun;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ultralytics-'));
    run = new ReportingRun();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const handleOf = (target: AutologTarget, options: object = {}): UltralyticsHandle =>
    new AutologContext(new IntegrationRegistry(), target).enable('ultralytics', options) as UltralyticsHandle;

  async function train(scenario: object, options: object = {}): Promise<TrainingOutcome> {
    const child = spawn(process.execPath, [STAND_IN, JSON.stringify({ saveDir: 'runs/train', ...scenario })], {
      cwd: folder,
    });
    return handleOf(run, options).follow(child, { cwd: folder });
  }

  it('reports progress, metrics, sample pictures, weights and the table of a training', async () => {
    const outcome = await train({});

    expect(outcome).toMatchObject({ exitCode: 0, signal: null, epochs: 3, saveDir: join(folder, 'runs/train') });
    expect(outcome.bestWeights).toBe(join(folder, 'runs/train/weights/best.pt'));
    expect(run.of('metrics', 'train')).toEqual([
      [{ epoch: 1, box_loss: 1, cls_loss: 2, dfl_loss: 3 }],
      [{ epoch: 2, box_loss: 0.5, cls_loss: 1.5, dfl_loss: 2.5 }],
      [{ epoch: 3, box_loss: 0.33333, cls_loss: 1.33333, dfl_loss: 2.33333 }],
    ]);
    expect(run.of('metrics', 'validation')).toEqual([
      [{ epoch: 1, mAP50: 0.12, mAP50_95: 0.13 }],
      [{ epoch: 2, mAP50: 0.22, mAP50_95: 0.23 }],
      [{ epoch: 3, mAP50: 0.32, mAP50_95: 0.33 }],
    ]);
    const progress = run.of('progress', 'train') as [number, number][];
    expect(progress.at(-1)).toEqual([3, 3]);
    expect(progress).toEqual(
      expect.arrayContaining([
        [1, 3],
        [2, 3],
      ]),
    );
    expect(run.of('log', 'model_weights')).toEqual([[{ type: 'best' }, 'weights of epoch 3']]);
    expect(run.of('log', 'training_results')).toEqual([[{}, expect.stringContaining('train/box_loss')]]);
  });

  it('reports a sample picture with the epoch that drew it, and not again while it stays the same', async () => {
    const scenario = JSON.stringify({ saveDir: 'runs/train', stepwise: true });
    const child = spawn(process.execPath, [STAND_IN, scenario], { cwd: folder });
    run.onMetrics = () => setImmediate(() => child.stdin.write('go')); // the next epoch is written when this one is reported
    child.stdin.write('go');
    await handleOf(run).follow(child, { cwd: folder });

    expect(run.of('log', 'validation_samples')).toEqual([
      [{ group: 1, index: 0 }, 'picture of epoch 1'],
      [{ group: 1, index: 1 }, 'picture of epoch 1'],
      [{ group: 3, index: 0 }, 'picture of epoch 3'],
      [{ group: 3, index: 1 }, 'picture of epoch 3'],
    ]);
  });

  it.each([
    ['segment', ['box_loss', 'seg_loss', 'cls_loss', 'dfl_loss'], ['mAP50', 'mAP50_95', 'mask_mAP50', 'mask_mAP50_95']],
    [
      'pose',
      ['box_loss', 'pose_loss', 'kobj_loss', 'cls_loss', 'dfl_loss'],
      ['mAP50', 'mAP50_95', 'pose_mAP50', 'pose_mAP50_95'],
    ],
    ['classify', ['loss'], ['accuracy_top1', 'accuracy_top5']],
  ])(
    'D50: reports the losses and metrics that the task %s has, from its table and from its output alone',
    async (task, losses, metrics) => {
      for (const scenario of [
        { task, epochs: 1 },
        { task, epochs: 1, saves: false, bars: 'stdout' },
      ]) {
        run = new ReportingRun();
        await train(scenario);

        const [[train_] = []] = run.of('metrics', 'train') as [Record<string, number>][];
        const [[validation] = []] = run.of('metrics', 'validation') as [Record<string, number>][];
        expect(Object.keys(train_ ?? {})).toEqual(['epoch', ...losses]);
        expect(Object.keys(validation ?? {})).toEqual(['epoch', ...metrics]);
        expect(Object.values(validation ?? {}).every((value) => value > 0)).toBe(true);
      }
    },
  );

  it('shows the progress within an epoch', async () => {
    await train({ epochs: 2, bars: 'stdout' });

    expect(run.of('progress', 'train')).toEqual(
      expect.arrayContaining([
        [0, 2],
        [0.5, 2],
        [1, 2],
        [1.5, 2],
        [2, 2],
      ]),
    );
  });

  it('understands output that arrives byte by byte, with control sequences and bars that redraw themselves', async () => {
    const outcome = await train({ torn: true, saves: false, bars: 'stdout', epochs: 2 });

    expect(outcome.lastLines.join('\n')).not.toContain('\u001b');
    expect(run.of('metrics', 'train')).toEqual([
      [{ epoch: 1, box_loss: 1, cls_loss: 2, dfl_loss: 3 }],
      [{ epoch: 2, box_loss: 0.5, cls_loss: 1.5, dfl_loss: 2.5 }],
    ]);
    expect(run.of('metrics', 'validation')).toEqual([
      [{ epoch: 1, mAP50: 0.12, mAP50_95: 0.13 }],
      [{ epoch: 2, mAP50: 0.22, mAP50_95: 0.23 }],
    ]);
  });

  it('passes over garbage in the output', async () => {
    const outcome = await train({ garbage: true });

    expect(outcome).toMatchObject({ exitCode: 0, epochs: 3 });
    expect(run.of('metrics', 'train')).toHaveLength(3);
    expect(outcome.lastLines.every((line) => line.length <= 16_384)).toBe(true);
  });

  it('D50: an epoch beyond the announced number is reported without progress beyond its end', async () => {
    await train({ announced: 2, epochs: 4, bars: 'stdout' });

    expect(run.of('metrics', 'train')).toHaveLength(4);
    expect(run.of('progress', 'train')).toContainEqual([2, 2]);
    expect((run.of('progress', 'train') as [number, number][]).every(([current, total]) => current <= total)).toBe(
      true,
    );
  });

  it('D50: losses that are missing from a line are left out', async () => {
    await train({ lastNumbers: 1, saves: false, bars: 'stdout', epochs: 1 });

    const [[train_] = []] = run.of('metrics', 'train') as [Record<string, number>][];
    expect(train_).toMatchObject({ epoch: 1, box_loss: 1 });
    expect(run.of('metrics', 'validation')).toHaveLength(1);
  });

  it('reports a training that prints nothing, from its folder', async () => {
    await train({ quiet: true });

    expect(run.of('metrics', 'train')).toHaveLength(3);
    expect(run.of('metrics', 'validation')).toHaveLength(3);
  });

  it('counts a training that stopped early as done', async () => {
    const outcome = await train({ epochs: 10, stopAfter: 2 });

    expect(outcome.epochs).toBe(2);
    expect((run.of('progress', 'train') as [number, number][]).at(-1)).toEqual([10, 10]);
  });

  it('reports the whole epochs of a process that died, and neither its weights nor the end', async () => {
    const outcome = await train({ epochs: 3, crashIn: 2, bars: 'stdout' });

    expect(outcome).toMatchObject({ exitCode: 9, epochs: 1 });
    expect(run.of('metrics', 'train')).toHaveLength(1);
    expect(run.of('log', 'model_weights')).toEqual([]);
    expect((run.of('progress', 'train') as [number, number][]).at(-1)?.[0]).toBeLessThan(3);
  });

  it('does not take the weights, pictures and table of an earlier training for its own', async () => {
    const saveDir = join(folder, 'runs/train');
    mkdirSync(join(saveDir, 'weights'), { recursive: true });
    const old = new Date(Date.now() - 3_600_000);
    for (const [name, text] of [
      ['results.csv', 'epoch,train/box_loss\n1,9\n2,9\n'],
      ['weights/best.pt', 'old'],
      ['val_batch0_pred.jpg', 'old'],
    ] as const) {
      writeFileSync(join(saveDir, name), text);
      utimesSync(join(saveDir, name), old, old);
    }

    const child = spawn(process.execPath, ['-e', 'process.exit(0)']);
    const outcome = await handleOf(run).follow(child, { saveDir });

    expect(outcome).toMatchObject({ exitCode: 0, epochs: 0, bestWeights: undefined });
    expect(run.reports.map(([kind]) => kind)).toEqual(['progress']);
  });

  it('says how to install the package when the Python does not have it', async () => {
    const outcome = await train({ missing: true });

    expect(outcome.exitCode).toBe(1);
    expect(outcome.lastLines.at(-1)).toContain('ModuleNotFoundError');
    expect(run.of('log', 'message')).toEqual([
      [expect.objectContaining({ content: expect.stringContaining('pip install ultralytics') }), undefined],
    ]);
  });

  it('resolves for a program that cannot be started, for one that was aborted and for one that has ended already', async () => {
    const yolo = handleOf(run);

    const absent = await yolo.follow(spawn(join(folder, 'no-such-python'), []));
    expect(absent).toMatchObject({ exitCode: null, error: { code: 'ENOENT' } });

    const controller = new AbortController();
    const waiting = yolo.follow(
      spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { signal: controller.signal }),
    );
    controller.abort();
    await expect(waiting).resolves.toMatchObject({ signal: 'SIGTERM', error: { name: 'AbortError' } });

    const ended = spawn(process.execPath, ['-e', 'process.exit(3)'], { stdio: 'ignore' });
    await new Promise((resolve) => ended.once('close', resolve));
    await expect(yolo.follow(ended)).resolves.toMatchObject({ exitCode: 3 });
  });

  it('D50: a run that takes no reports does not stop the training or its outcome', async () => {
    const refuse = (): never => {
      throw new Error('the run has ended');
    };
    const child = spawn(process.execPath, [STAND_IN, JSON.stringify({ saveDir: 'runs/train' })], { cwd: folder });
    const outcome = await handleOf({ log: refuse, setProgress: refuse, setMetrics: refuse }).follow(child, {
      cwd: folder,
    });

    expect(outcome).toMatchObject({ exitCode: 0, epochs: 3 });
  });

  it('D50: is silent after the run has ended, while the process goes on', async () => {
    const context = new AutologContext(new IntegrationRegistry(), run);
    const yolo = context.enable('ultralytics') as UltralyticsHandle;
    const child = spawn(process.execPath, [STAND_IN, JSON.stringify({ saveDir: 'runs/train' })], { cwd: folder });
    const outcome = yolo.follow(child, { cwd: folder });
    context.close();

    await expect(outcome).resolves.toMatchObject({ exitCode: 0 });
    expect(run.reports).toEqual([]);
  });
});
