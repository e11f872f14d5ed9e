import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { runInChild } from '../../../../test/run-in-child.js';
import { inspectDataset } from '../inspect/inspect-dataset.js';
import type { ProblemGroup } from '../report/problem-log.js';
import { annotation, DatasetSandbox } from './dataset-sandbox.fixture.js';

jest.setTimeout(120_000); // a child process, perhaps on a busy machine

const V1_DOCUMENT = {
  annotations: {
    image: [{ id: 'x', tool: 'boundingBox', classification: { class: 'ant' }, data: [1, 1, 2, 2] }],
  },
};
const V2_DOCUMENT = { images: [{ bounding_box: [annotation('x', 'ant', [1, 1, 2, 2])] }] };
const CORNERS = '<xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax>';
const VOC_DOCUMENT = `<annotation><object><name>ant</name><bndbox>${CORNERS}</bndbox></object></annotation>`;

/** Where each format has its documents and pictures, and what a document says. */
const LAYOUTS = {
  yolo: { document: 'labels/NAME.txt', picture: 'images/NAME.png', content: '0 0.5 0.5 0.1 0.1' },
  pascal: { document: 'Annotations/NAME.xml', picture: 'JPEGImages/NAME.png', content: VOC_DOCUMENT },
  dm_v1: { document: 'json/NAME.json', picture: 'original_files/NAME.png', content: V1_DOCUMENT },
  dm_v2: { document: 'json/NAME.json', picture: 'original_files/NAME.png', content: V2_DOCUMENT },
} as const;
const FORMATS = Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[];
const CASES = FORMATS.flatMap((format) => [
  { format, odd: 'document', others: ['picture'], code: 'unreadable' } as const,
  { format, odd: 'picture', others: ['document'], code: 'no_image' } as const,
  { format, odd: 'picture', others: [], code: 'no_image' } as const,
]);
type Case = (typeof CASES)[number];

const titleOf = ({ odd, others }: Case): string =>
  odd === 'picture' && others.length === 0 ? 'picture that nobody labelled' : odd;

describe('what is no plain file in a data set', () => {
  let box: DatasetSandbox;
  beforeEach(() => (box = new DatasetSandbox()));
  afterEach(() => box.remove());

  const pathOf = (root: string, { format, odd }: Pick<Case, 'format' | 'odd'>, name: string): string =>
    `${root}/${LAYOUTS[format][odd].replace('NAME', name)}`;

  const add = (root: string, { format, odd }: Pick<Case, 'format' | 'odd'>, name: string): void => {
    if (odd === 'picture') box.picture(pathOf(root, { format, odd }, name));
    else box.write(pathOf(root, { format, odd }, name), LAYOUTS[format].content);
  };

  /** A data set with one sound picture, and one called `a` with something odd; gives the path of that, below the data set. */
  const make = (root: string, one: Case, makeOdd: (path: string) => void): string => {
    const { format } = one;
    for (const odd of ['document', 'picture'] as const) add(root, { format, odd }, 'good');
    for (const odd of one.others) add(root, { format, odd }, 'a');
    if (format === 'yolo') box.write(`${root}/dataset.yaml`, 'names: [ant]\n');
    const path = pathOf(root, one, 'a');
    mkdirSync(dirname(box.at(path)), { recursive: true });
    makeOdd(box.at(path));
    return path.slice(root.length + 1);
  };

  describe.each([
    ['a link that leads nowhere', '/nowhere/at/all', /a link that leads nowhere/],
    ['a link to itself', 'a.png', /a link that leads nowhere/],
    ['a link to a folder', '..', /is a folder/],
    ['a link to a device', '/dev/zero', /is a device/],
  ])('%s', (_case, target, message) => {
    it.each(CASES.map((one) => [one.format, titleOf(one), one] as const))(
      'is a problem of %s as %s',
      async (from, _title, one) => {
        const path = make('set', one, (odd) => symlinkSync(target === 'a.png' ? odd : target, odd));
        const to = from === 'yolo' ? 'dm_v2' : 'yolo';

        const failed = expect(box.convert('set', 'out', { from, to })).rejects;
        await failed.toMatchObject({ code: 'SYN_DATASET_INVALID', message: expect.stringMatching(message) as string });
        const document = one.others[0] === 'document' ? pathOf('', { ...one, odd: 'document' }, 'a').slice(1) : path;
        const group = { code: one.code, count: 1, places: [expect.stringMatching(`^${document}: `) as string] };
        const { images, problems } = await box.convert('set', 'out', { from, to, onError: 'skip' });
        expect([images, problems]).toEqual([1, [group]]);
        expect((await inspectDataset(box.at('set'), { from })).problems).toEqual([group]);
      },
    );
  });

  it('is told by its name in the way of the original too', async () => {
    box.dm('good', V2_DOCUMENT.images[0] ?? {});
    box.picture('dm/original_files/a.png');
    symlinkSync('/nowhere', box.at('dm/json/a.json'));

    const converted = box.convert('dm', 'out', { to: 'yolo', compat: 'original' });
    await expect(converted).rejects.toThrow(/^a\.json: it is a link that leads nowhere/);
  });

  it('may be a link to a file, also one whose document is elsewhere', async () => {
    box.dm('good', V2_DOCUMENT.images[0] ?? {});
    box.write('elsewhere.json', V2_DOCUMENT);
    box.picture('dm/original_files/a.png');
    symlinkSync(box.at('elsewhere.json'), box.at('dm/json/a.json'));

    expect(await box.convert('dm', 'out', { to: 'yolo' })).toMatchObject({ images: 2, annotations: 2, problems: [] });
  });

  it('is a problem as a pipe in every format, and nothing waits for it', async () => {
    const sets = CASES.map((one, index) => {
      const root = `set${index}`;
      return { root: box.at(root), out: box.at(`out${index}`), path: make(root, one, makePipe), one };
    });
    const outcomes = await runInChild<readonly Outcome[]>(CONVERT_ALL, { input: sets, timeoutMs: 60_000 });

    expect(outcomes).toEqual(
      sets.map(({ one, path }) => {
        const document = one.others[0] === 'document' ? pathOf('', { ...one, odd: 'document' }, 'a').slice(1) : path;
        const problem = expect.stringMatching(`^${document}: .*is a pipe`) as string;
        return {
          message: problem,
          code: 'SYN_DATASET_INVALID',
          problems: [{ code: one.code, count: 1, places: [problem] }],
          images: 1,
        };
      }),
    );
  });

  it('is told by its name as a pipe where a file describes the whole data set', async () => {
    box.picture('yolo/images/a.png');
    box.write('yolo/labels/a.txt', '');
    makePipe(box.at('yolo/dataset.yaml'));
    box.picture('listed/images/a.png');
    box.write('listed/labels/a.txt', '');
    makePipe(box.at('listed/classes.txt'));
    add('voc', { format: 'pascal', odd: 'document' }, 'a');
    add('voc', { format: 'pascal', odd: 'picture' }, 'a');
    box.write('voc/ImageSets/Main/val.txt', 'a');
    makePipe(box.at('voc/ImageSets/Main/train.txt'));
    add('named', { format: 'pascal', odd: 'document' }, 'a');
    makePipe(box.at('named/labels.txt'));
    makePipe(box.at('x.json'));
    box.picture('coco/images/a.png');
    makePipe(box.at('coco/instances.json'));

    const names = ['yolo', 'listed', 'voc', 'named', 'x.json', 'coco'];
    const from = ['yolo', 'yolo', 'pascal', 'pascal', 'coco', 'coco'];
    const input = names.map((name, index) => ({ path: box.at(name), from: from[index] }));
    const messages = await runInChild<readonly string[]>(OPEN_ALL, { input, timeoutMs: 60_000 });
    expect(messages).toEqual([
      expect.stringMatching(/dataset\.yaml: it is a pipe/),
      expect.stringMatching(/classes\.txt: it is a pipe/),
      expect.stringMatching(/ImageSets\/Main\/train\.txt: it is a pipe/),
      expect.stringMatching(/^labels\.txt: it is a pipe/),
      expect.stringMatching(/x\.json: it is a pipe/),
      expect.stringMatching(/instances\.json.*is a pipe/),
    ]);
    rmSync(box.at('voc/ImageSets/Main/train.txt'));
    expect(await inspectDataset(box.at('voc'))).toMatchObject({ splits: [{ split: 'valid', images: 1 }] });
  });
});

describe('a path that is no data set of the format that is named', () => {
  let box: DatasetSandbox;
  beforeEach(() => (box = new DatasetSandbox()));
  afterEach(() => box.remove());

  it.each(FORMATS)('is said to be no folder where %s is named for a file', async (from) => {
    box.write('a.json', V1_DOCUMENT);
    const expected = { code: 'SYN_DATASET_NOT_FOUND', message: expect.stringContaining('is a folder') as string };

    await expect(inspectDataset(box.at('a.json'), { from })).rejects.toMatchObject(expected);
    await expect(box.convert('a.json', 'out', { from, to: 'coco' })).rejects.toMatchObject(expected);
    expect(box.names()).toEqual(['a.json']);
  });

  it.each([
    ['of DM v1', V1_DOCUMENT],
    ['of DM v2', V2_DOCUMENT],
    ['without lists', { info: {} }],
  ])('is said to be no COCO file where it is a document %s', async (_case, document) => {
    box.write('a.json', document);

    await expect(inspectDataset(box.at('a.json'), { from: 'coco' })).rejects.toThrow(/^a\.json: it is no COCO file: /);
  });
});

it('a target below a folder that no folder can be made in is refused', async () => {
  const convert = `
    import { StagedTarget } from './src/resources/datasets/io/staged-target.js';
    export default (path) => void new StagedTarget(path);`;

  for (const input of ['/proc/out', '/proc/new/out'])
    await expect(runInChild(convert, { input, timeoutMs: 30_000 })).rejects.toThrow(/cannot be written to \/proc/);
});

interface Outcome {
  readonly message: string;
  readonly code: string;
  readonly images: number;
  readonly problems: readonly ProblemGroup[];
}

const CONVERT_ALL = `
import { DatasetFormatRegistry } from './src/resources/datasets/registry/dataset-format-registry.js';

export default async function (sets) {
  const registry = new DatasetFormatRegistry();
  const outcomes = [];
  for (const { root, out, one } of sets) {
    const options = { from: one.format, to: one.format === 'yolo' ? 'dm_v2' : 'yolo' };
    const { code, message } = await registry.convert(root, out, options).catch((error) => error);
    const { images, problems } = await registry.convert(root, out, { ...options, onError: 'skip' });
    outcomes.push({ code, message, images, problems });
  }
  return outcomes;
}`;

const OPEN_ALL = `
import { inspectDataset } from './src/resources/datasets/inspect/inspect-dataset.js';
import { openDataset } from './src/resources/datasets/inspect/open-dataset.js';

async function read(path, from) {
  for await (const image of openDataset(path, { from }).images) void image;
}

export default async function (sets) {
  const messages = [];
  for (const { path, from } of sets) messages.push((await read(path, from).catch((error) => error))?.message);
  return messages;
}`;

function makePipe(path: string): void {
  execFileSync('mkfifo', [path]);
}
