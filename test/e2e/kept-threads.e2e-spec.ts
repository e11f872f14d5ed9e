import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childOutcome } from '../run-in-child.js';

const PICTURE = join(__dirname, '../parity/data-cases/fixtures/single-file/pic.png'); // 100x50
const PICTURES = 200;

interface Outcome {
  /** Threads that had been started by the end of each conversion. */
  readonly started: readonly number[];
  readonly images: readonly (number | string)[];
}

/** What a conversion is made of: its source, and whether the thread is ended that waits for it, or that has begun with it. */
type Turn = readonly [source: string, endsThread?: 'before' | 'within'];

const CONVERTS = `
  import { Worker } from 'node:worker_threads';
  import { DatasetFormatRegistry } from './src/resources/datasets/registry/dataset-format-registry.js';

  const registry = new DatasetFormatRegistry();
  const workers = [];
  process.on('worker', (worker) => workers.push(worker));
  let ended = 0;
  const { terminate } = Worker.prototype;
  Worker.prototype.terminate = function () {
    if (this.threadId !== -1) ended++; // -1: it is over
    return terminate.call(this);
  };
  process.on('exit', () => console.log('threads ended: ' + ended));

  export default async ({ folder, turns, threads }) => {
    const [started, images] = [[], []];
    for (const [index, [source, endsThread]] of turns.entries()) {
      if (endsThread === 'before') await workers.at(-1).terminate();
      if (endsThread === 'within') process.once('worker', (worker) => worker.once('online', () => worker.terminate()));
      const target = folder + '/out' + index;
      const converted = registry.convert(folder + '/' + source, target, { to: 'yolo', threads });
      images.push(await converted.then((result) => result.images, (error) => error.code ?? error.message));
      started.push(workers.length);
    }
    return { started, images };
  };
`;

describe('Threads of conversions', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'synapse-threads-'));
    for (const name of ['sound', 'broken']) {
      for (const part of ['json', 'original_files']) mkdirSync(join(folder, name, part), { recursive: true });
      for (let index = 0; index < PICTURES; index++) {
        copyFileSync(PICTURE, join(folder, name, `original_files/p${index}.png`));
        const width = name === 'broken' && index % 2 === 1 ? -1 : 20;
        const box = { id: 'a', classification: `class ${index % 7}`, attrs: [], data: [index % 50, 1, width, 20] };
        const document = { classification: {}, images: [{ bounding_box: [box] }] };
        writeFileSync(join(folder, name, `json/p${index}.json`), JSON.stringify(document));
      }
    }
  });
  afterEach(() => {
    for (let index = 0; index < 4; index++) rmSync(join(folder, `out${index}`), { recursive: true, force: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Also proves that the process ended while its threads waited: none of them had to be ended, but by the turn itself. */
  const converted = async (threads: number, turns: readonly Turn[]): Promise<Outcome | undefined> => {
    const { value, error, exitCode, stdout, stderr } = await childOutcome<Outcome>(CONVERTS, {
      input: { folder, turns, threads },
    });
    const ended = turns.filter(([, endsThread]) => endsThread).length;
    expect([error, exitCode, stdout, stderr]).toEqual([undefined, 0, `threads ended: ${ended}\n`, '']);
    return value;
  };

  it('take part in the next conversion of the same registry, and let the process end', async () => {
    const all = [['sound'], ['sound'], ['sound']] as const;
    expect(await converted(3, all)).toEqual({ started: [2, 2, 2], images: [PICTURES, PICTURES, PICTURES] });
  });

  it('are of use after a conversion that failed', async () => {
    const all = [['broken'], ['sound']] as const;
    expect(await converted(2, all)).toEqual({ started: [1, 1], images: ['SYN_DATASET_INVALID', PICTURES] });
  });

  it('are replaced where one has ended meanwhile', async () => {
    const all = [['sound'], ['sound', 'before']] as const;
    expect(await converted(2, all)).toEqual({ started: [1, 2], images: [PICTURES, PICTURES] });
  });

  it('that end in the middle fail the conversion, which leaves nothing, and not the next one', async () => {
    const { started, images } = (await converted(2, [['sound', 'within'], ['sound']])) ?? {};

    expect(images).toEqual([
      expect.stringContaining('a thread of the conversion ended with 1 and no report'),
      PICTURES,
    ]);
    expect(started).toEqual([1, 2]);
    expect(readdirSync(folder).toSorted()).toEqual(['broken', 'out1', 'sound']);
  });
});
