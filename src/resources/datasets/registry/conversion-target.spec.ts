import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { OWNER_WORDS } from '../../files/places/owner-words.js';
import { placeBeside } from '../../files/places/leftovers.js';
import type { ConvertOptions } from './conversion.js';
import { annotation, DatasetSandbox } from './dataset-sandbox.fixture.js';

describe('the place of a new data set', () => {
  let box: DatasetSandbox;
  beforeEach(() => {
    box = new DatasetSandbox();
    box.dm('a', { bounding_box: [annotation('b', 'cat', [1, 2, 3, 4])] });
  });
  afterEach(() => box.remove());

  describe('is never that of its source, whether or not it may overwrite', () => {
    it.each([
      ['the source', 'dm'],
      ['a folder that holds it', '.'],
      ['a link to it', 'link'],
      ['a part of it', 'dm/original_files'],
    ])('%s', async (_case, target) => {
      symlinkSync('dm', box.at('link'));
      const before = readdirSync(box.root, { recursive: true }).sort();

      for (const compat of [undefined, 'original'] as const) {
        for (const overwrite of [true, false]) {
          await expect(box.convert('dm', target, { to: 'yolo', overwrite, compat })).rejects.toMatchObject({
            code: 'SYN_DATASET_TARGET',
            message: expect.stringMatching(/that is to be converted\. Choose another place/) as string,
          });
        }
      }
      expect(readdirSync(box.root, { recursive: true }).sort()).toEqual(before);
    });
  });

  it('may be in the folder of its source, also a second time', async () => {
    await box.convert('dm', 'dm/yolo', { to: 'yolo' });
    await box.convert('dm', 'dm/yolo', { to: 'yolo', overwrite: true });

    expect(box.names('dm')).toEqual(['json', 'original_files', 'yolo']);
  });

  describe('is never overwritten where it is anything else than a data set', () => {
    const report = { target_format: 'yolo', losses: [] };
    it.each([
      ['a folder of somebody', { 'Documents/letter.txt': 'dear', 'notes.txt': '' }],
      ['a folder that holds a data set among other things', { 'photos/json/a.json': { images: [] }, 'letter.txt': '' }],
      ['a data set with a history', { 'images/a.txt': '', 'labels/a.txt': '', 'classes.txt': 'cat', '.git/HEAD': '' }],
      ['a program with a file like a document', { 'pom.xml': '<project/>', 'src/main.java': '' }],
      ['a folder with a report of something else', { 'loss-report.json': { losses: 3 }, 'letter.txt': '' }],
      ['a file', ''],
    ])('%s', async (_case, files) => {
      if (typeof files === 'string') box.write('out', 'a letter');
      else for (const [path, content] of Object.entries(files)) box.write(`out/${path}`, content);
      const before = readdirSync(box.root, { recursive: true }).sort();

      for (const compat of [undefined, 'original'] as const) {
        await expect(box.convert('dm', 'out', { to: 'yolo', overwrite: true, compat })).rejects.toMatchObject({
          code: 'SYN_DATASET_TARGET',
          message: expect.stringMatching(
            /\/out: what is there .* Remove it yourself, or choose another place/,
          ) as string,
        });
      }
      expect(readdirSync(box.root, { recursive: true }).sort()).toEqual(before);
    });

    it.each([
      ['an empty folder', {}],
      ['a data set of any format', { 'images/a.txt': '', 'labels/old.txt': '', 'classes.txt': 'cat', '.DS_Store': '' }],
      ['a folder with a report of a conversion', { 'loss-report.json': report, 'mine/old.txt': '' }],
    ])('but %s is', async (_case, files: Readonly<Record<string, string | object>>) => {
      mkdirSync(box.at('out'));
      for (const [path, content] of Object.entries(files)) box.write(`out/${path}`, content);
      await box.convert('dm', 'out', { to: 'yolo', overwrite: true });

      expect([box.names('out'), box.names('out/labels')]).toEqual([
        ['classes.txt', 'dataset.yaml', 'images', 'labels', 'loss-report.json'],
        ['a.txt'],
      ]);
    });
  });

  it('is cleared of what a process has left that was killed, and of nothing that a living one writes', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const dead = OWNER_WORDS.replace(`-${process.pid}-`, `-${pid}-`);
    const living = placeBeside(box.at('out'));
    const left = placeBeside(box.at('out')).replace(OWNER_WORDS, dead);
    for (const folder of [living, left]) box.write(`${folder.slice(box.root.length + 1)}/labels/a.txt`, '');
    await box.convert('dm', 'out', { to: 'yolo' });

    expect([existsSync(left), existsSync(living)]).toEqual([false, true]);
    expect(box.names('out')).toContain('labels');
  });

  it.each([
    [{ to: 'yolo', classes: ['cat'] }, '--classes'],
    [{ to: 'yolo', onError: 'skip' }, '--on-error skip'],
    [{ to: 'yolo', images: 'none' }, '--images'],
    [{ to: 'yolo', task: 'detect' }, '--task'],
  ] as const)('is not written in the way of the original with %j, which that does not have', async (options, name) => {
    const converted = box.convert('dm', 'out', { ...options, compat: 'original' });

    await expect(converted).rejects.toMatchObject({
      code: 'SYN_USAGE',
      message: expect.stringContaining(name) as string,
    });
    expect(box.names()).toEqual(['dm']);
  });

  it('has a report in the way of the original too, which does not say that nothing was lost', async () => {
    await box.convert('dm', 'out', { to: 'yolo', compat: 'original' });

    expect(box.json('out/loss-report.json')).toMatchObject({
      losses: [{ field: 'not counted', count: 1, reason: expect.stringContaining('attributes') as string }],
    });
  });

  it('that holds a set for each of several tasks is named with them, where one is wanted', async () => {
    const polygon = annotation('p', 'cat', [[0, 0], [9, 0], [9, 9]]); // prettier-ignore
    box.dm('b', { polygon: [polygon] });
    await box.convert('dm', 'out', { to: 'yolo' });

    await expect(box.convert('out', 'back', {})).rejects.toMatchObject({
      code: 'SYN_DATASET_NOT_FOUND',
      message: expect.stringContaining('name one of them: detect, segment') as string,
    });
    expect(await box.convert('out/segment', 'back', {})).toMatchObject({ annotations: 1 });
  });

  describe('that is reached over another format', () => {
    /** A converter from `coco` that only copies; the way to `mine` has two steps. */
    const withMine = (): string[] => {
      const between: string[] = [];
      const convert = async (source: string, target: string, options: ConvertOptions) => {
        between.push(source);
        return box.registry.convert(source, target, { ...options, from: 'coco', to: 'yolo' });
      };
      box.registry.register({ name: 'mine', title: 'Mine', holds: ['boxes'] });
      box.registry.registerConverter({ from: 'coco', to: 'mine', convert });
      return between;
    };

    it('has what both steps lost in one report, and nothing is left of what lay between', async () => {
      const between = withMine();
      const attrs = [{ name: 'colour', value: 'red' }];
      box.dm('a', {
        polyline: [
          annotation('l', 'road', [
            [0, 0],
            [9, 9],
          ]),
        ],
        bounding_box: [annotation('b', 'cat', [1, 2, 3, 4], { attrs })],
      });
      const { path, config_path, ...report } = await box.convert('dm', 'out', { to: 'mine' });

      expect([path, config_path]).toEqual([box.at('out'), box.at('out/dataset.yaml')]);
      expect(box.json('out/loss-report.json')).toEqual(report);
      expect(report).toMatchObject({ source_format: 'dm_v2', target_format: 'mine', annotations: 2 });
      expect(report.route.map(({ from, to }) => `${from} ${to}`)).toEqual(['dm_v2 coco', 'coco mine']);
      const lost = ['id', 'polyline', 'categories.id', 'images.id', 'id', 'attributes.colour'];
      expect(report.losses.map(({ field }) => field)).toEqual(lost);
      expect(box.names('out/labels')).toEqual(['a.txt']);
      expect(between.map((folder) => existsSync(folder))).toEqual([false]);
    });

    it('is not that of the source either', async () => {
      withMine();

      await expect(box.convert('dm', 'dm', { to: 'mine', overwrite: true })).rejects.toMatchObject({
        code: 'SYN_DATASET_TARGET',
      });
      expect(box.names('dm')).toEqual(['json', 'original_files']);
    });
  });
});
