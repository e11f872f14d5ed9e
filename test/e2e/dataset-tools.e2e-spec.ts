import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { previewDataset } from '../../src/resources/datasets/preview/preview-dataset.js';
import { type Finished, SynapseSandbox } from './synapse-process.js';

jest.setTimeout(120_000); // whole processes, perhaps on a busy machine

const plugin = resolve(__dirname, '../../plugins-example/dataset-tools');
const photographs = join(plugin, 'data/photographs');

interface Document {
  readonly images: { bounding_box: { id: string; data: number[] }[]; polygon: unknown[] }[];
}

describe('The plugin of data set tools, run by the built command line', () => {
  const sandbox = new SynapseSandbox();
  afterAll(() => sandbox.remove());

  const run = (action: string, ...words: string[]): Finished =>
    sandbox.call(['plugin', 'run', action, '--path', plugin, ...words]);
  const resultOf = <T>({ code, stdout, stderr }: Finished): T => {
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  const readText = (...parts: string[]): string => readFileSync(sandbox.path(...parts), 'utf8');

  /** A copy of the photographs in which somebody has made mistakes. */
  function damagedCopy(name: string, change: (document: Document) => void): string {
    const copy = sandbox.path(name);
    cpSync(photographs, copy, { recursive: true });
    const file = join(copy, 'json/rocket.json');
    const document = JSON.parse(readFileSync(file, 'utf8')) as Document;
    change(document);
    writeFileSync(file, JSON.stringify(document));
    return copy;
  }

  it('finds nothing wrong with the photographs but too many coins', () => {
    const result = resultOf<Record<string, unknown>>(
      run('validate', '--dataset', photographs, '--output-dir', 'report'),
    );

    expect(result).toMatchObject({
      passed: true,
      images: 6,
      annotations: 74,
      errors: 0,
      findings: { class_imbalance: 1 },
    });
    expect(result['report_path']).toBe(sandbox.path('report/quality-report.html'));
    expect(readText('report/quality-report.html')).toContain('coin has 48 annotations');
  });

  it('fails where annotations are wrong, and shows in the report what and where', () => {
    const copy = damagedCopy('damaged', ({ images: [image] }) => {
      const [rocket, tower] = image?.bounding_box ?? [];
      if (!rocket || !tower) throw new Error('the rocket has gone');
      image?.bounding_box.push({ ...rocket, id: 'rocket-again' });
      tower.data = [600, 0, 92, 427];
    });
    rmSync(join(copy, 'json/coffee.json'));
    const failed = run('validate', '--dataset', copy, '--output-dir', 'damaged-report');
    const reported = resultOf<{ findings: object }>(
      run('validate', '--dataset', copy, '--output-dir', 'damaged-report', '--fail-on', 'never'),
    );

    expect(failed.code).toBe(1);
    expect(failed.stdout).toBe('');
    expect(failed.stderr).toContain('damaged-report/quality-report.html');
    expect(reported.findings).toMatchObject({ out_of_image: 1, duplicate: 1, unlabelled: 1 });
    const page = readText('damaged-report/quality-report.html');
    for (const text of ['tower-1', 'outside of 640 x 427', 'rocket-again', 'coffee.png has no annotations']) {
      expect(page).toContain(text);
    }
  });

  it('converts the photographs to YOLO and COCO, and says what is lost', () => {
    const yolo = resultOf(run('convert', '--dataset', photographs, '--target', 'yolo'));
    const coco = resultOf<{ losses: object }>(
      run('convert', '--dataset', photographs, '--to', 'coco', '--target', 'coco'),
    );

    expect(yolo).toMatchObject({
      dataset: sandbox.path('yolo'),
      images: 6,
      annotations: 74,
      losses: { 'attributes.points': 1 },
    });
    expect(readdirSync(sandbox.path('yolo')).sort()).toEqual(expect.arrayContaining(['detect', 'pose', 'segment']));
    expect(readText('yolo/detect/labels/coins.txt').trim().split('\n')).toHaveLength(24);
    expect(readText('yolo/segment/labels/coins.txt').trim().split('\n')).toHaveLength(24);
    expect(readText('yolo/pose/labels/chelsea.txt')).toMatch(/^1( \S+){13}$/);
    expect(coco.losses).not.toHaveProperty('attributes.truncated');
  });

  it('judges before it converts, in a pipeline that stops at the first error', () => {
    const pipeline = (dataset: string, target: string): Finished =>
      sandbox.call([
        'pipeline',
        'run',
        'checked-yolo',
        '--path',
        plugin,
        '--params',
        JSON.stringify({ dataset, target }),
      ]);
    const damaged = damagedCopy('damaged-again', ({ images }) => {
      images[0]?.bounding_box.push({ id: 'nothing', classification: 'rocket', data: [1, 1, 0, 0] } as never);
    });

    expect(resultOf(pipeline(photographs, 'checked'))).toMatchObject({
      dataset: sandbox.path('checked'),
      annotations: 74,
    });
    expect(pipeline(damaged, 'never').code).toBe(1);
    expect(existsSync(sandbox.path('never'))).toBe(false);
  });

  it('has a preview of each photograph', () => {
    const stems = readdirSync(join(photographs, 'json')).map((name) => name.replace('.json', '.jpg'));

    expect(readdirSync(join(plugin, 'previews')).sort()).toEqual(stems.sort());
  });

  it.each(
    readdirSync(join(photographs, 'json'))
      .sort()
      .map((name, index) => [name.replace('.json', ''), index]),
  )('has the preview of %s that the annotations of today give', async (stem, index) => {
    const drawn = sandbox.path(`${stem}.jpg`);
    const { document } = await previewDataset(photographs, { index: Number(index), out: drawn });
    const [now, committed] = await Promise.all([drawn, join(plugin, `previews/${stem}.jpg`)].map(pixelsOf));

    expect(document).toBe(`json/${stem}.json`);
    expect(now?.info).toMatchObject({ width: committed?.info.width, height: committed?.info.height });
    expect(differing(now?.data ?? new Uint8Array(0), committed?.data ?? new Uint8Array(0))).toBeLessThan(
      MOST_DIFFERING,
    );
  });
});

/** A channel differs where fonts and compression of another version do not explain it, of 255. */
const CLEAR_DIFFERENCE = 48;
/** The share of channels that may: letters are drawn with what fonts a machine has, lines are everywhere the same. */
const MOST_DIFFERING = 0.004;

function pixelsOf(file: string) {
  return sharp(file).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
}

/** The share of channels that differ clearly. */
function differing(one: Uint8Array, other: Uint8Array): number {
  const count = one.filter((value, at) => Math.abs(value - (other[at] ?? 0)) > CLEAR_DIFFERENCE).length;
  return one.length === 0 ? 1 : count / one.length;
}
