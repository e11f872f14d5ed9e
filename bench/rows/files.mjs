import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveFilter, calculateChecksum, createArchive, extractArchive, listFiles } from '../../dist/index.js';
import { program } from '../baselines/program.mjs';

const FILES = 5_000;
const LARGE_BYTES = 1024 ** 3;
const words = 'quick brown foxes jump over lazy dogs and read annotations'.split(' ');

function textOf(number) {
  const word = (index) => `${words[(number * 31 + index * 17) % words.length]} ${(number * index) % 977}`;
  return Array.from({ length: 300 }, (_, index) => word(index)).join(' ');
}

const makeFolder = () => mkdtempSync(join(tmpdir(), 'synapse-bench-files-'));
const teardown = (context) => context && rmSync(context.folder, { recursive: true, force: true });

function manyFiles() {
  const folder = makeFolder();
  for (let number = 0; number < FILES; number++) {
    const below = join(folder, 'in', `d${number % 50}`);
    mkdirSync(below, { recursive: true });
    writeFileSync(join(below, `f${number}.txt`), textOf(number));
  }
  return { folder, input: join(folder, 'in'), filter: new ArchiveFilter() };
}

async function packedFiles() {
  const context = manyFiles();
  await createArchive(context.input, join(context.folder, 'in.zip'));
  return context;
}

function largeFile() {
  const folder = makeFolder();
  writeFileSync(join(folder, 'large'), Buffer.alloc(LARGE_BYTES, 'synapse'));
  return { folder };
}

/** Each round unpacks to a folder of its own: what is there already is not written over. */
let round = 0;
const next = (folder) => join(folder, `out${round++}`);
const common = { baseline: 'program', rounds: 5, iterations: 1, teardown };

export default [
  {
    ...common,
    id: 'zip-many',
    case: 'create',
    reach: 2.5,
    setup: manyFiles,
    ours: ({ folder, input }) => createArchive(input, `${next(folder)}.zip`),
    base: ({ folder, input }) => program('zip', ['-6', '-q', '-r', `${next(folder)}.zip`, '.'], input),
  },
  {
    ...common,
    id: 'zip-many',
    case: 'extract',
    reach: 2,
    setup: packedFiles,
    ours: ({ folder }) => extractArchive(join(folder, 'in.zip'), next(folder)),
    base: ({ folder }) => program('unzip', ['-q', 'in.zip', '-d', next(folder)], folder),
  },
  {
    ...common,
    id: 'list',
    case: `${FILES} files`,
    reach: 5,
    setup: manyFiles,
    ours: ({ input, filter }) => listFiles(input, { filter }),
    base: ({ input }) => program('find', ['.', '-type', 'f', '-not', '-name', '*.log'], input),
  },
  ...['sha256', 'md5'].map((algorithm) => ({
    ...common,
    id: 'checksum',
    case: algorithm,
    reach: 1.15,
    setup: largeFile,
    ours: ({ folder }) => calculateChecksum(join(folder, 'large'), { algorithm }),
    base: ({ folder }) => program('openssl', ['dgst', `-${algorithm}`, 'large'], folder),
  })),
];
