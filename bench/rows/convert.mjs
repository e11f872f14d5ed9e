import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DatasetFormatRegistry } from '../../dist/resources/datasets/registry/dataset-format-registry.js';
import { dmToYolo, yoloToDm } from '../baselines/convert-loop.mjs';
import { median } from '../lib/measure.mjs';
import { benchFolder, CLASSES, writeDm } from '../lib/dataset.mjs';

const PICTURES = 10_000;
const script = fileURLToPath(new URL('../lib/convert-once.mjs', import.meta.url));

async function setup(pictures = PICTURES) {
  const folder = benchFolder();
  writeDm(`${folder}/dm`, pictures);
  await new DatasetFormatRegistry().convert(`${folder}/dm`, `${folder}/yolo`);
  return { folder };
}

const teardown = ({ folder } = {}) => folder && rmSync(folder, { recursive: true, force: true });

/** The time of the work alone: a target is taken away again on nobody's account. */
async function timed(target, work) {
  const startedAt = performance.now();
  await work();
  const elapsedMs = performance.now() - startedAt;
  rmSync(target, { recursive: true });
  return elapsedMs;
}

const row = (from, to, loop) => ({
  id: 'convert',
  case: `${from} to ${to}, ${PICTURES} pictures of 20 boxes, hard links`,
  reach: 1.3,
  baseline: 'convert-loop',
  setup: () => setup(),
  teardown,
  ours: ({ folder }) =>
    timed(`${folder}/out`, async () => {
      const result = await new DatasetFormatRegistry().convert(`${folder}/${from}`, `${folder}/out`);
      if (result.annotations !== PICTURES * 20) throw new Error(`it converted ${result.annotations} annotations`);
    }),
  base: ({ folder }) => timed(`${folder}/out`, () => loop(`${folder}/${from}`, `${folder}/out`, CLASSES)),
});

const MEMORY_ROUNDS = 3;
/** By way and number of pictures: the peaks that were measured, in MB. */
const peaks = new Map();

/** Peak of memory of a process that converts so many pictures, in MB. */
const memory = (from, to, pictures) => ({
  id: 'convert',
  case: `peak of memory, ${from} to ${to}, ${pictures} pictures`,
  reach: 120,
  unit: 'MB',
  rounds: MEMORY_ROUNDS,
  setup: () => setup(pictures),
  teardown,
  measure: ({ folder }) => {
    const printed = execFileSync(process.execPath, [script, `${folder}/${from}`, `${folder}/out`], {
      encoding: 'utf8',
    });
    rmSync(`${folder}/out`, { recursive: true });
    const peak = Number(printed) / 1_024;
    peaks.set(`${from} ${pictures}`, [...(peaks.get(`${from} ${pictures}`) ?? []), peak]);
    return peak;
  },
});

/** How much more memory ten times as many pictures take: what the two rows before have measured. */
const growth = (from, to) => ({
  id: 'convert',
  case: `peak of memory, ${from} to ${to}, ${PICTURES * 10} pictures more than ${PICTURES}`,
  reach: 20,
  unit: '%',
  rounds: 1,
  setup: () => ({}),
  teardown: () => undefined,
  measure: () => {
    const [few, many] = [PICTURES, PICTURES * 10].map((count) => median(peaks.get(`${from} ${count}`) ?? []));
    return (many / few - 1) * 100;
  },
});

const memoryRows = (from, to) => [memory(from, to, PICTURES), memory(from, to, PICTURES * 10), growth(from, to)];

export default [
  row('dm', 'yolo', dmToYolo),
  row('yolo', 'dm', yoloToDm),
  ...memoryRows('dm', 'yolo'),
  ...memoryRows('yolo', 'dm'),
];
