import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { AnnotatedImage } from '../../model/annotated-image.js';
import { type DatasetWriter, type WriteJob, YOLOTask } from '../../registry/format-definition.js';
import { bySplitName } from '../../io/dataset-parts.js';
import { ImageHandling } from '../../io/image-placer.js';
import { writeNew } from '../../io/write-new.js';
import { listedNames } from '../../io/file-names.js';
import { datasetYaml } from './dataset-yaml.js';
import { YOLOLineMaker } from './yolo-lines.js';

const TASKS = Object.values(YOLOTask);
const NOTHING_LABELLED = '0.000000 0.000000 0';

type Split = string | null;

interface State {
  readonly splits: readonly (readonly [YOLOTask, readonly Split[]])[];
  readonly tasks: readonly YOLOTask[];
  readonly keypointCounts: readonly number[];
  readonly written: number;
}

/**
 * Writes a YOLO data set. A file of labels is for one task; a source with shapes of several tasks becomes a data set for each, in folders
 * of those names. A picture without any shape is background for every task; one with shapes of other tasks only is left out.
 */
export class YOLOWriter implements DatasetWriter {
  readonly #lines: YOLOLineMaker;
  readonly #folders = new Set<string>();
  /** By task: not each has pictures in each part. */
  readonly #splits = new Map<YOLOTask, Set<Split>>();
  readonly #tasks = new Set<YOLOTask>();
  #writtenElsewhere = 0;

  constructor(private readonly job: WriteJob) {
    this.#lines = new YOLOLineMaker(job);
  }

  get written(): number {
    return this.#lines.count + this.#writtenElsewhere;
  }

  state(): State {
    const keypointCounts = [...this.#lines.keypointCounts];
    const splits = [...this.#splits].map(([task, met]) => [task, [...met]] as const);
    return { splits, tasks: [...this.#tasks], keypointCounts, written: this.written };
  }

  absorb(states: readonly State[]): void {
    for (const [task, splits] of states.flatMap((state) => state.splits)) {
      // Threads meet parts in the order of the data set, but not each of them meets all.
      const all = [...this.#splitsOf(task), ...splits].sort(bySplitName);
      this.#splits.set(task, new Set(all));
    }
    for (const { tasks, keypointCounts, written } of states) {
      for (const task of tasks) this.#tasks.add(task);
      this.#lines.absorb(keypointCounts);
      this.#writtenElsewhere += written;
    }
  }

  add(image: AnnotatedImage): void {
    const lines = this.#lines.linesOf(image);
    let isBackground = true;
    for (const task of TASKS) {
      if (lines[task].isEmpty) continue;
      this.#tasks.add(task);
      isBackground = false;
      this.#put(task, image, lines[task].toString());
    }
    if (!isBackground) return;
    const tasks = this.job.task ? [this.job.task] : TASKS;
    for (const task of tasks) this.#put(task, image, '');
  }

  finish(): string {
    this.#loseSkeletons();
    const used = this.job.task ? [this.job.task] : TASKS.filter((task) => this.#tasks.has(task));
    const tasks: readonly YOLOTask[] = used.length > 0 ? used : [YOLOTask.Detect];
    for (const task of tasks) this.#finishTask(task);
    for (const task of TASKS) {
      if (!tasks.includes(task)) rmSync(this.#folderOf(task), { recursive: true, force: true });
    }
    const [only] = tasks;
    if (tasks.length > 1 || only === undefined) return `${tasks[0]}/dataset.yaml`;
    const folder = this.#folderOf(only);
    for (const name of readdirSync(folder)) renameSync(`${folder}/${name}`, `${this.job.folder}/${name}`);
    rmSync(folder, { recursive: true });
    return 'dataset.yaml';
  }

  #loseSkeletons(): void {
    for (const [label, { skeleton }] of this.job.classes.keypoints) {
      if (skeleton.length > 0)
        this.job.losses.add('keypoints.skeleton', 'YOLO has no lines between key points', () => label);
    }
  }

  #put(task: YOLOTask, image: AnnotatedImage, text: string): void {
    const folder = this.#openFolder(task, image.split);
    if (image.file !== null) this.job.images.place(image.file, `${folder}/images/${image.fileName}`);
    if (image.isLabelled) writeNew(`${folder}/labels/${image.stem}.txt`, text);
  }

  #openFolder(task: YOLOTask, split: string | null): string {
    const folder = split === null ? this.#folderOf(task) : `${this.#folderOf(task)}/${split}`;
    if (!this.#folders.has(folder)) {
      this.#splitsOf(task).add(split);
      if (this.job.images.handling !== ImageHandling.None) mkdirSync(`${folder}/images`, { recursive: true });
      mkdirSync(`${folder}/labels`, { recursive: true });
      this.#folders.add(folder);
    }
    return folder;
  }

  #splitsOf(task: YOLOTask): Set<Split> {
    const known = this.#splits.get(task);
    if (known) return known;
    const splits = new Set<Split>();
    this.#splits.set(task, splits);
    return splits;
  }

  #folderOf(task: YOLOTask): string {
    return `${this.job.folder}/${task}`;
  }

  #finishTask(task: YOLOTask): void {
    mkdirSync(this.#folderOf(task), { recursive: true });
    const counts = task === YOLOTask.Pose ? this.#lines.keypointCounts : new Set<number>();
    const renumbering = this.job.classes.renumbering();
    if (renumbering || counts.size > 1)
      this.#rewriteLabels(task, renumbering, counts.size > 1 ? Math.max(...counts) : 0);
    const names = this.job.classes.names();
    const keypoints = counts.size > 0 ? Math.max(...counts) : undefined;
    writeFileSync(
      `${this.#folderOf(task)}/dataset.yaml`,
      datasetYaml({ names, splits: this.#splitsOf(task), task, keypoints, keypointNames: this.job.classes.keypoints }),
    );
    writeFileSync(
      `${this.#folderOf(task)}/classes.txt`,
      names.map((name) => `${name.replace(/\s+/g, ' ')}\n`).join(''),
    );
  }

  /** Gives lines their final class numbers, and fills up those with fewer key points than others. */
  #rewriteLabels(task: YOLOTask, renumbering: readonly number[] | undefined, keypoints: number): void {
    for (const split of this.#splitsOf(task)) {
      const folder = `${this.#openFolder(task, split)}/labels`;
      for (const name of listedNames(folder, ['.txt'])) {
        const path = `${folder}/${name}`;
        const lines = readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => line !== '');
        if (lines.length > 0)
          writeFileSync(path, lines.map((line) => finalLine(line, renumbering, keypoints)).join('\n'));
      }
    }
  }
}

function finalLine(line: string, renumbering: readonly number[] | undefined, keypoints: number): string {
  const space = line.indexOf(' ');
  const id = Number(line.slice(0, space));
  const values = line.slice(space);
  const missing = keypoints === 0 ? 0 : keypoints - (values.split(' ').length - 5) / 3;
  return `${renumbering?.[id] ?? id}${values}${` ${NOTHING_LABELLED}`.repeat(missing)}`;
}
