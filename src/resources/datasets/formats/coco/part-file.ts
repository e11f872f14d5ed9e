import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { ImageHandling } from '../../io/image-placer.js';
import type { WriteJob } from '../../registry/format-definition.js';
import { NumberSet } from '../../io/number-set.js';
import type { OwnValues } from '../../model/annotated-image.js';
import { ListFile } from './list-file.js';

/** One file: its two lists grow side by side, each in a file of its own until the end. */
export class PartFile {
  readonly name: string;
  readonly imageFolder: string;
  readonly #path: string;
  readonly #images: ListFile;
  readonly #annotations: ListFile;
  /** Annotations that get their numbers when those are known that others keep. */
  #unnumbered: ListFile | undefined;
  readonly #ids = new NumberSet();
  #mostId = 0;

  constructor({ folder, images }: WriteJob, split: string | null) {
    this.name = split === null ? 'annotations/instances.json' : `annotations/instances_${split}.json`;
    this.imageFolder = split === null ? `${folder}/images` : `${folder}/images/${split}`;
    this.#path = `${folder}/${this.name}`;
    mkdirSync(`${folder}/annotations`, { recursive: true });
    if (images.handling !== ImageHandling.None) mkdirSync(this.imageFolder, { recursive: true });
    this.#images = new ListFile(`${this.#path}.images`);
    this.#annotations = new ListFile(`${this.#path}.annotations`);
  }

  /** @param ownId - The number that it has in the source; either all pictures of a part have one, or none. */
  addImage(fields: object, ownId: number | undefined): number {
    const id = ownId ?? this.#images.count + 1;
    this.#images.add({ id, ...fields });
    return id;
  }

  /** The number of the annotation; undefined where that is not known before the end, as the source has none that can be kept. */
  addAnnotation(imageId: number, fields: object, own: OwnValues | undefined): number | undefined {
    if (own) return this.#addOwn({ image_id: imageId, ...fields }, own.id);
    const id = this.#annotations.count + 1;
    this.#annotations.add({ id, image_id: imageId, ...fields });
    return id;
  }

  #addOwn(fields: object, id: number | undefined): number | undefined {
    if (id === undefined || !this.#ids.add(id)) {
      this.#unnumbered ??= new ListFile(`${this.#path}.unnumbered`);
      this.#unnumbered.add(fields);
      return undefined;
    }
    this.#mostId = Math.max(this.#mostId, id);
    this.#annotations.add({ id, ...fields });
    return id;
  }

  finish(categories: readonly object[]): void {
    const descriptor = openSync(this.#path, 'wx');
    try {
      writeSync(descriptor, `{"info":{},"licenses":[],"categories":${JSON.stringify(categories)},"images":[`);
      this.#images.moveInto(descriptor);
      writeSync(descriptor, '],"annotations":[');
      this.#annotations.moveInto(descriptor);
      if (this.#unnumbered && this.#annotations.count > 0) writeSync(descriptor, ',\n');
      this.#unnumbered?.moveNumberedInto(descriptor, this.#mostId + 1);
      writeSync(descriptor, ']}\n');
    } finally {
      closeSync(descriptor);
    }
  }
}
