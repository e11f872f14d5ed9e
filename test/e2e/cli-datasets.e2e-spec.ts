import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SynapseSandbox } from './synapse-process.js';

const fixtures = join(__dirname, '../parity/data-cases/fixtures');

describe('synapse datasets', () => {
  let sandbox: SynapseSandbox;
  beforeEach(() => {
    sandbox = new SynapseSandbox();
    cpSync(join(fixtures, 'dm2yolo-v2-splits-test/input'), sandbox.path('dm'), { recursive: true });
  });
  afterEach(() => sandbox.remove());

  it('converts a folder, says what was lost, and prints where the new one is', () => {
    const { code, stdout, stderr } = sandbox.call(['datasets', 'convert', 'dm', 'yolo']);

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('dm_v2 → yolo: 5 pictures, 5 annotations, 5 classes\n');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(sandbox.path('yolo'));
    expect(readFileSync(sandbox.path('yolo/dataset.yaml'), 'utf8')).toMatch(
      /^train: train\/images\nval: valid\/images\ntest: test\/images\n/,
    );
  });

  it('prints one line of JSON for machines, which is what loss-report.json has', () => {
    const { code, stdout } = sandbox.call([
      'datasets',
      'convert',
      'dm',
      'coco',
      '--to',
      'coco',
      '--images',
      'copy',
      '--json',
    ]);

    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const { path, config_path, ...report } = JSON.parse(stdout) as Record<string, unknown>;
    expect([path, config_path]).toEqual([sandbox.path('coco'), sandbox.path('coco/annotations/instances_train.json')]);
    expect(JSON.parse(readFileSync(sandbox.path('coco/loss-report.json'), 'utf8'))).toEqual(report);
  });

  it('leads through every format and back to the same labels', () => {
    const formats = ['pascal', 'coco', 'dm_v1', 'yolo', 'dm_v2', 'yolo'];
    let source = 'dm';
    for (const [index, format] of formats.entries()) {
      const target = `${index}-${format}`;
      const { code, stderr } = sandbox.call(['datasets', 'convert', source, target, '--to', format]);
      expect([code, stderr]).toEqual([0, '']);
      source = target;
    }
    sandbox.call(['datasets', 'convert', 'dm', 'direct', '--to', 'yolo']);

    for (const file of readdirSync(sandbox.path('direct'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes('labels/'),
    )) {
      expect(readFileSync(sandbox.path(source, file), 'utf8')).toBe(readFileSync(sandbox.path('direct', file), 'utf8'));
    }
  });

  it('inspects a data set', () => {
    const { code, stdout } = sandbox.call(['datasets', 'inspect', 'dm', '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'dm_v2', kinds: { box: 5 }, problems: [] });
    expect(sandbox.call(['datasets', 'inspect', 'dm']).stdout).toContain('No problems.');
  });

  it('draws annotations onto a picture', () => {
    const { code, stderr } = sandbox.call(['datasets', 'preview', 'dm', '--index', '1', '--out', 'drawn.png']);

    expect([code, stderr]).toEqual([0, '']);
    expect(readFileSync(sandbox.path('drawn.png')).subarray(1, 4).toString()).toBe('PNG');
  });

  it.each([
    ['a folder that is not there', ['convert', 'none', 'out'], 2, 'No data set at none'],
    [
      'a format that is unknown',
      ['convert', 'dm', 'out', '--to', 'cocoo'],
      2,
      'Known formats: dm_v2, dm_v1, yolo, coco, pascal',
    ],
    ['a target that is in use', ['convert', 'dm', 'broken'], 2, '--overwrite'],
    ['a target that holds the source', ['convert', 'dm', '.', '--overwrite'], 2, 'holds, the data set that is to be'],
    [
      'a target that is no data set',
      ['convert', 'dm', 'letters', '--overwrite'],
      2,
      'letters: what is there is not recog',
    ],
    ['a drawing of no known kind', ['preview', 'dm', '--out', 'x.bmp'], 2, '.png, .jpg, .jpeg, .webp'],
    ['a way with pictures that is unknown', ['convert', 'dm', 'out', '--images', 'lnik'], 2, "Did you mean 'link'?"],
    [
      'a file of classes that is not there',
      ['convert', 'dm', 'out', '--classes', 'none.txt'],
      2,
      '--classes none.txt cannot be read',
    ],
    [
      'a file of classes that is no text',
      ['convert', 'dm', 'out', '--classes', 'broken/original_files/a.png'],
      2,
      'is no text: line 1 has bytes that no name has',
    ],
    [
      'a picture that is not there',
      ['preview', 'dm', '--index', '99', '--out', 'x.png'],
      2,
      'it has 5, counted from 0',
    ],
    ['a drawing without a place', ['preview', 'dm'], 2, '--out'],
    ['a broken document', ['convert', 'broken', 'out', '--from', 'dm_v2'], 4, 'json/a.json: it is not JSON'],
  ])('ends with its own exit code on %s, and leaves nothing', (_case, words, code, message) => {
    sandbox.write({ 'letters/a.txt': 'dear', 'broken/json/a.json': '{', 'broken/original_files/a.txt': '' });
    cpSync(join(fixtures, 'single-file/pic.png'), sandbox.path('broken/original_files/a.png'));
    const before = readdirSync(sandbox.root);

    const finished = sandbox.call(['datasets', ...words]);

    expect(finished).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
    expect(readdirSync(sandbox.root)).toEqual(before);
    expect(existsSync(sandbox.path('out'))).toBe(false);
  });

  it('skips a broken document on request, and reports it', () => {
    sandbox.write({ 'dm/train/json/broken.json': '{' });
    cpSync(join(fixtures, 'single-file/pic.png'), sandbox.path('dm/train/original_files/broken.png'));

    const { code, stdout } = sandbox.call(['datasets', 'convert', 'dm', 'out', '--on-error', 'skip']);

    expect(code).toBe(0);
    expect(stdout).toMatch(/unreadable +1 +train\/json\/broken\.json: it is not JSON/);
  });

  it('takes classes in the order of a file', () => {
    sandbox.write({ 'classes.txt': 'zebra\ncar\n\nbus\n' });

    const { code, stdout } = sandbox.call([
      'datasets',
      'convert',
      'dm',
      'out',
      '--classes',
      'classes.txt',
      '--on-error',
      'skip',
      '--json',
    ]);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ classes: ['zebra', 'car', 'bus'] });
  });
});
