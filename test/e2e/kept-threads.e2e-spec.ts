import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

/** What a conversion is made of: its source, and whether a thread that waits is ended before it. */
type Turn = readonly [source: string, isThreadEnded?: boolean];

const CONVERTS = `
  import { once } from 'node:events';
  import { DatasetFormatRegistry } from './src/resources/datasets/registry/dataset-format-registry.js';

  const registry = new DatasetFormatRegistry();
  const workers = [];
  process.on('worker', (worker) => workers.push(worker));

  export default async ({ folder, turns, threads }) => {
    const [started, images] = [[], []];
    for (const [index, [source, isThreadEnded]] of turns.entries()) {
      if (isThreadEnded) await workers.at(-1).terminate();
      const target = folder + '/out' + index;
      const converted = registry.convert(folder + '/' + source, target, { to: 'yolo', threads });
      images.push(await converted.then((result) => result.images, (error) => error.code));
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

  const converted = async (threads: number, turns: readonly Turn[]): Promise<Outcome | undefined> => {
    const { value, error, exitCode, stderr } = await childOutcome<Outcome>(CONVERTS, {
      input: { folder, turns, threads },
    });
    expect([error, exitCode, stderr]).toEqual([undefined, 0, '']);
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
    const all = [['sound'], ['sound', true]] as const;
    expect(await converted(2, all)).toEqual({ started: [1, 2], images: [PICTURES, PICTURES] });
  });
});
