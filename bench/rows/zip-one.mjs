import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createArchive, extractArchive } from '../../dist/index.js';
import { program } from '../baselines/program.mjs';

const BYTES = 500_000_000;
const MAX_PEAK_MB = 150;
const script = fileURLToPath(new URL('../lib/archive-once.mjs', import.meta.url));

/** Memory where it has room for all that a row writes, so that no disk is measured. */
function roomiest() {
  if (!existsSync('/dev/shm')) return tmpdir();
  const { bavail, bsize } = statfsSync('/dev/shm');
  return bavail * bsize > 4 * BYTES ? '/dev/shm' : tmpdir();
}

/** A list of annotations as programs write them, numbers that do not repeat. */
function setup() {
  const folder = mkdtempSync(join(roomiest(), 'synapse-bench-zip-'));
  mkdirSync(join(folder, 'in'));
  const file = openSync(join(folder, 'in', 'large.json'), 'w');
  let state = 1;
  const upTo = (limit) => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32) * limit;
  const line = (id) =>
    `{"id":${id},"image_id":${id >> 4},"bbox":[${[1000, 1000, 300, 300].map((limit) => upTo(limit).toFixed(2))}]},\n`;
  for (let written = 0, id = 0; written < BYTES; id += 10_000) {
    written += writeSync(file, Array.from({ length: 10_000 }, (_, index) => line(id + index)).join(''));
  }
  closeSync(file);
  return { folder };
}

async function setupPacked() {
  const context = setup();
  await createArchive(join(context.folder, 'in'), join(context.folder, 'in.zip'));
  return context;
}

/** The time of the work alone: what it made is taken away on nobody's account. */
async function timed(target, work) {
  const startedAt = performance.now();
  await work(target);
  const elapsedMs = performance.now() - startedAt;
  rmSync(target, { recursive: true });
  return elapsedMs;
}

const teardown = (context) => context && rmSync(context.folder, { recursive: true, force: true });
const common = { id: 'zip-one', baseline: 'program', reach: 1.1, rounds: 3, teardown };
const peak = (work, from, to) => ({
  id: 'zip-one',
  case: `peak of memory, ${work}`,
  reach: MAX_PEAK_MB,
  unit: 'MB',
  rounds: 1,
  setup: work === 'create' ? setup : setupPacked,
  teardown,
  measure: ({ folder }) => {
    const words = [script, work, join(folder, from), join(folder, to)];
    return Number(execFileSync(process.execPath, words, { encoding: 'utf8' })) / 1_024;
  },
});

export default [
  {
    ...common,
    case: 'create, 500 MB',
    setup,
    ours: ({ folder }) => timed(join(folder, 'a.zip'), (target) => createArchive(join(folder, 'in'), target)),
    base: ({ folder }) =>
      timed(join(folder, 'b.zip'), (target) => program('zip', ['-6', '-q', target, 'large.json'], join(folder, 'in'))),
  },
  {
    ...common,
    case: 'extract, 500 MB',
    setup: setupPacked,
    ours: ({ folder }) => timed(join(folder, 'a'), (target) => extractArchive(join(folder, 'in.zip'), target)),
    base: ({ folder }) =>
      timed(join(folder, 'b'), (target) => program('unzip', ['-q', 'in.zip', '-d', target], folder)),
  },
  peak('create', 'in', 'a.zip'),
  peak('extract', 'in.zip', 'out'),
];
