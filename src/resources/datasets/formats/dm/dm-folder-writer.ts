import { mkdirSync } from 'node:fs';
import { ImageHandling } from '../../io/image-placer.js';
import { writeNew } from '../../io/write-new.js';
import { safeName } from '../../io/file-names.js';
import type { AnnotatedImage } from '../../model/annotated-image.js';
import type { DatasetWriter, WriteJob } from '../../registry/format-definition.js';
import { ProblemCode } from '../../report/problem-log.js';

/** Makes the document of one picture. */
export type DocumentMaker = (image: AnnotatedImage, job: WriteJob) => unknown;

interface State {
  readonly folders: readonly string[];
  readonly written: number;
}

/** Writes a DM data set: a document and a picture of the same name, below folders for parts where there are any. */
export class DmFolderWriter implements DatasetWriter {
  readonly #folders = new Set<string>();
  #writtenElsewhere = 0;

  constructor(
    private readonly job: WriteJob,
    private readonly make: DocumentMaker,
    private readonly counter: { readonly count: number },
  ) {}

  get written(): number {
    return this.counter.count + this.#writtenElsewhere;
  }

  state(): State {
    return { folders: [...this.#folders], written: this.written };
  }

  absorb(states: readonly State[]): void {
    for (const { folders, written } of states) {
      for (const folder of folders) this.#folders.add(folder);
      this.#writtenElsewhere += written;
    }
  }

  add(image: AnnotatedImage): void {
    if (image.split !== null && safeName(image.split) === undefined) {
      return this.job.problems.add(
        ProblemCode.BadName,
        { file: image.document },
        `'${image.split}' cannot name a folder`,
      );
    }
    const folder = image.split === null ? this.job.folder : `${this.job.folder}/${image.split}`;
    if (!this.#folders.has(folder)) this.#open(folder);
    if (image.file !== null) this.job.images.place(image.file, `${folder}/original_files/${image.fileName}`);
    if (!image.isLabelled) return; // nobody has said what is on it, which no document says
    writeNew(`${folder}/json/${image.stem}.json`, JSON.stringify(this.make(image, this.job), null, 2));
  }

  finish(): undefined {
    if (this.#folders.size === 0) this.#open(this.job.folder);
    for (const label of this.job.classes.keypoints.keys())
      this.job.losses.add('categories.keypoints', 'DM has no names and skeletons of key points', () => label);
  }

  #open(folder: string): void {
    mkdirSync(`${folder}/json`, { recursive: true });
    if (this.job.images.handling !== ImageHandling.None) mkdirSync(`${folder}/original_files`, { recursive: true });
    this.#folders.add(folder);
  }
}
