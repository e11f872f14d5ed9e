import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DatasetFormatRegistry } from '../../dist/resources/datasets/registry/dataset-format-registry.js';
import { parseWhole } from '../baselines/json-parse.mjs';
import { benchFolder, CLASSES, PICTURE } from '../lib/dataset.mjs';

const PICTURES = 50_000;
const ANNOTATIONS = 1_000_000;
const POINTS = 29;
const script = fileURLToPath(new URL('../lib/convert-once.mjs', import.meta.url));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Neither side pays for what the other has left: the baseline leaves a million objects. */
async function timed(work) {
  collectGarbage();
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** A file of 500 MB, its annotations in no order of pictures. The baseline can read it: V8 holds texts of up to 536 MB. */
function setup() {
  const folder = benchFolder();
  mkdirSync(`${folder}/coco/images`, { recursive: true });
  const file = openSync(`${folder}/coco/annotations.json`, 'w');
  const categories = CLASSES.map((name, index) => ({ id: index + 1, name }));
  writeSync(file, `{"categories":${JSON.stringify(categories)},"images":[`);
  for (let index = 0; index < PICTURES; index++) {
    const file_name = `picture_${index}.png`;
    writeFileSync(`${folder}/coco/images/${file_name}`, PICTURE);
    writeSync(
      file,
      `${index === 0 ? '' : ','}${JSON.stringify({ id: index + 1, file_name, width: 1024, height: 768 })}`,
    );
  }
  writeSync(file, '],"annotations":[');
  for (let index = 0; index < ANNOTATIONS; index += 1_000) {
    const lines = Array.from({ length: 1_000 }, (_, at) => JSON.stringify(annotation(index + at)));
    writeSync(file, `${index === 0 ? '' : ','}${lines.join(',')}`);
  }
  writeSync(file, ']}');
  closeSync(file);
  return { folder };
}

function annotation(index) {
  const outline = Array.from({ length: POINTS }, (_, at) => [
    ((index + at * 13) % 90_000) / 100,
    ((index * 3 + at * 7) % 70_000) / 100,
  ]);
  return {
    ...{ id: index + 1, image_id: ((index * 7_919) % PICTURES) + 1, category_id: (index % CLASSES.length) + 1 },
    ...{ segmentation: [outline.flat()], area: 1_000, bbox: [1, 2, 300, 400], iscrowd: 0 },
  };
}

const teardown = ({ folder } = {}) => folder && rmSync(folder, { recursive: true, force: true });

export default [
  {
    id: 'coco-to-yolo',
    case: `${ANNOTATIONS} annotations of ${PICTURES} pictures`,
    reach: 3,
    rounds: 5,
    baseline: 'json-parse',
    setup,
    teardown,
    ours: async ({ folder }) => {
      const elapsedMs = await timed(() =>
        new DatasetFormatRegistry().convert(`${folder}/coco`, `${folder}/out`, { to: 'yolo' }),
      );
      rmSync(`${folder}/out`, { recursive: true });
      return elapsedMs;
    },
    base: ({ folder }) => timed(() => void parseWhole(`${folder}/coco/annotations.json`)),
  },
  {
    id: 'coco-to-yolo',
    case: 'peak of memory',
    reach: 300,
    unit: 'MB',
    rounds: 1,
    setup,
    teardown,
    measure: ({ folder }) => {
      const printed = execFileSync(process.execPath, [script, `${folder}/coco`, `${folder}/out`, 'yolo'], {
        encoding: 'utf8',
      });
      return Number(printed) / 1_024;
    },
  },
];
