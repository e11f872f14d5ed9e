import { JsonShapeError } from './json-elements.js';

/** Where the annotations of pictures lie in a file: 16 bytes for each, whatever they hold. */
export class AnnotationIndex {
  #images = new Uint32Array(1_024);
  #starts = new Float64Array(1_024);
  #lengths = new Uint32Array(1_024);
  #count = 0;
  #order: Uint32Array | undefined;
  #firsts = new Uint32Array(0);

  get count(): number {
    return this.#count;
  }

  add(image: number, start: number, length: number): void {
    if (this.#count === this.#images.length) this.#grow();
    this.#images[this.#count] = image;
    this.#starts[this.#count] = start;
    this.#lengths[this.#count] = length;
    this.#count++;
  }

  /** Orders the annotations by picture; call it once, when all are there. */
  sort(images: number): void {
    const firsts = new Uint32Array(images + 1);
    for (let at = 0; at < this.#count; at++)
      firsts[(this.#images[at] ?? 0) + 1] = (firsts[(this.#images[at] ?? 0) + 1] ?? 0) + 1;
    for (let image = 0; image < images; image++) firsts[image + 1] = (firsts[image + 1] ?? 0) + (firsts[image] ?? 0);
    const next = firsts.slice();
    const order = new Uint32Array(this.#count);
    for (let at = 0; at < this.#count; at++) {
      const image = this.#images[at] ?? 0;
      order[next[image] ?? 0] = at;
      next[image] = (next[image] ?? 0) + 1;
    }
    this.#firsts = firsts;
    this.#order = order;
  }

  /** Places of a picture's annotations, in the order of the file. */
  *placesOf(image: number): Generator<{ readonly start: number; readonly length: number }> {
    const order = this.#order;
    if (!order) throw new JsonShapeError('the annotations are not in order yet');
    for (let at = this.#firsts[image] ?? 0; at < (this.#firsts[image + 1] ?? 0); at++) {
      const place = order[at] ?? 0;
      yield { start: this.#starts[place] ?? 0, length: this.#lengths[place] ?? 0 };
    }
  }

  #grow(): void {
    const size = this.#images.length * 2;
    const [images, starts, lengths] = [new Uint32Array(size), new Float64Array(size), new Uint32Array(size)];
    images.set(this.#images);
    starts.set(this.#starts);
    lengths.set(this.#lengths);
    [this.#images, this.#starts, this.#lengths] = [images, starts, lengths];
  }
}
