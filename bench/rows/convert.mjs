import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DatasetFormatRegistry } from '../../dist/resources/datasets/registry/dataset-format-registry.js';
import { dmToYolo, yoloToDm } from '../baselines/convert-loop.mjs';
import { benchFolder, CLASSES, writeDm } from '../lib/dataset.mjs';

const PICTURES = 10_000;
const script = fileURLToPath(new URL('../lib/convert-once.mjs', import.meta.url));

async function setup() {
  const folder = benchFolder();
  writeDm(`${folder}/dm`, PICTURES);
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
  setup,
  teardown,
  ours: ({ folder }) =>
    timed(`${folder}/out`, async () => {
      const result = await new DatasetFormatRegistry().convert(`${folder}/${from}`, `${folder}/out`);
      if (result.annotations !== PICTURES * 20) throw new Error(`it converted ${result.annotations} annotations`);
    }),
  base: ({ folder }) => timed(`${folder}/out`, () => loop(`${folder}/${from}`, `${folder}/out`, CLASSES)),
});

/** Peak of memory of a process that converts so many pictures, in MB. */
const memory = (pictures) => ({
  id: 'convert',
  case: `peak of memory, dm to yolo, ${pictures} pictures`,
  reach: 120,
  unit: 'MB',
  rounds: 1,
  setup: () => {
    const folder = benchFolder();
    writeDm(`${folder}/dm`, pictures);
    return { folder };
  },
  teardown,
  measure: ({ folder }) => {
    const printed = execFileSync(process.execPath, [script, `${folder}/dm`, `${folder}/out`], { encoding: 'utf8' });
    rmSync(`${folder}/out`, { recursive: true });
    return Number(printed) / 1_024;
  },
});

export default [row('dm', 'yolo', dmToYolo), row('yolo', 'dm', yoloToDm), memory(PICTURES), memory(PICTURES * 10)];
