import { rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { DatasetFormatRegistry } from '../../dist/resources/datasets/registry/dataset-format-registry.js';
import { dmToYolo, yoloToDm } from '../baselines/convert-loop.mjs';
import { benchFolder, CLASSES, writeDm } from '../lib/dataset.mjs';

const PICTURES = 10_000;
const THREADS = 2;
const REACH = 0.85;
/** Others at work leave no second core for a thread: the figure is then printed, and not judged. */
const QUIET = 0.5;

function setup() {
  const folder = benchFolder();
  writeDm(`${folder}/dm`, PICTURES);
  return new DatasetFormatRegistry().convert(`${folder}/dm`, `${folder}/yolo`).then(() => ({ folder }));
}

async function timed(target, work) {
  const startedAt = performance.now();
  await work();
  const elapsedMs = performance.now() - startedAt;
  rmSync(target, { recursive: true });
  return elapsedMs;
}

const isQuiet = loadavg()[0] < QUIET;

/** One for all rounds, as a host has it: threads wait a while for the next conversion, and are then as warm as the loop is. */
const registry = new DatasetFormatRegistry();

const row = (from, to, loop) => ({
  id: 'convert-threads',
  case: `${from} to ${to}, ${THREADS} threads${isQuiet ? '' : ', not judged: the machine is at work'}`,
  reach: isQuiet ? REACH : 1_000,
  baseline: 'convert-loop',
  setup,
  teardown: ({ folder } = {}) => folder && rmSync(folder, { recursive: true, force: true }),
  ours: ({ folder }) =>
    timed(`${folder}/out`, () => registry.convert(`${folder}/${from}`, `${folder}/out`, { threads: THREADS })),
  base: ({ folder }) => timed(`${folder}/out`, () => loop(`${folder}/${from}`, `${folder}/out`, CLASSES)),
});

export default [row('dm', 'yolo', dmToYolo), row('yolo', 'dm', yoloToDm)];
