import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { DatasetSandbox } from '../registry/dataset-sandbox.fixture.js';
import { ProblemLog } from '../report/problem-log.js';
import { ImageFolder } from './image-folder.js';
import { readFailure } from './read-failure.js';

const NOBODY = 65_534;

/** Does something as a user who may read nothing of root's. */
function unprivileged<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('a file that cannot be read', () => {
  let box: DatasetSandbox;
  beforeEach(() => (box = new DatasetSandbox()));
  afterEach(() => box.remove());

  it('is a problem of that picture, with what it needs', () => {
    box.picture('images/a.png');
    chmodSync(box.root, 0o755);
    chmodSync(box.at('images/a.png'), 0o000);
    const problems = new ProblemLog('skip');
    const folder = new ImageFolder(box.at('images'), box.root, problems);

    expect(unprivileged(() => folder.read('a.png', 'labels/a.txt', false))).toBeUndefined();
    expect(problems.list()).toMatchObject([
      {
        code: 'no_image',
        places: [
          expect.stringContaining("the picture 'a.png' cannot be read (EACCES); it needs permission to be read"),
        ],
      },
    ]);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('is a problem of that document, and the others are converted', async () => {
    for (const name of ['a', 'b']) {
      box.picture(`yolo/images/${name}.png`);
      box.write(`yolo/labels/${name}.txt`, '0 0.5 0.5 0.1 0.1');
    }
    box.write('yolo/dataset.yaml', 'names: [ant]\n');
    rmSync(box.at('yolo/labels/a.txt'));
    symlinkSync('/proc/self/mem', box.at('yolo/labels/a.txt')); // a plain file that answers with an error
    const converted = await box.convert('yolo', 'out', { to: 'dm_v2', onError: 'skip' });

    expect(converted.images).toBe(1);
    expect(converted.problems).toMatchObject([
      { code: 'unreadable', places: [expect.stringContaining('labels/a.txt: it cannot be read (EIO)')] },
    ]);
    await expect(box.convert('yolo', 'other', { to: 'dm_v2' })).rejects.toMatchObject({ code: 'SYN_DATASET_INVALID' });
  });

  it('ends the work where it is not that file that is to blame', () => {
    const error = Object.assign(new Error('too many open files'), { code: 'EMFILE' });

    expect(() => readFailure(error)).toThrow(error);
  });
});
