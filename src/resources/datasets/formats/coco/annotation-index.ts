/** Pieces further apart in the file are not read in one go. */
const NEAR_BYTES = 262_144;

/** Where the annotations of pictures lie in a file: 16 bytes for each, whatever they hold, and 4 more when they are in order. */
export class AnnotationIndex {
  #images = new Uint32Array(1_024);
  #starts = new Float64Array(1_024);
  #lengths = new Uint32Array(1_024);
  #count = 0;
  #order = new Uint32Array(0);
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

  /** Orders the annotations by picture; those of one picture stay in the order of the file. Call it once, when all are there. */
  sort(images: number): void {
    const firsts = new Uint32Array(images + 1);
    for (let at = 0; at < this.#count; at++) increment(firsts, (this.#images[at] ?? 0) + 1);
    for (let image = 0; image < images; image++) firsts[image + 1] = (firsts[image + 1] ?? 0) + (firsts[image] ?? 0);
    const next = firsts.slice();
    this.#order = new Uint32Array(this.#count);
    for (let at = 0; at < this.#count; at++) this.#order[increment(next, this.#images[at] ?? 0)] = at;
    this.#firsts = firsts;
  }

  /** Places of a picture's annotations in the order that {@link sort} made: the first, and the one behind the last. */
  placesOf(image: number): readonly [first: number, behind: number] {
    return [this.#firsts[image] ?? 0, this.#firsts[image + 1] ?? 0];
  }

  /** Number of the annotation at a place, in the order that they were added. */
  numberAt(place: number): number {
    return this.#order[place] ?? 0;
  }

  startOf(number: number): number {
    return this.#starts[number] ?? 0;
  }

  lengthOf(number: number): number {
    return this.#lengths[number] ?? 0;
  }

  /** Says that an annotation lies elsewhere: in a copy of the file. */
  move(number: number, start: number): void {
    this.#starts[number] = start;
  }

  /** Whether reading in the order of pictures would mostly go back and forth in the file. */
  isScattered(): boolean {
    let jumps = 0;
    for (let place = 1; place < this.#count; place++) {
      const distance = this.startOf(this.numberAt(place)) - this.startOf(this.numberAt(place - 1));
      if (distance < 0 || distance > NEAR_BYTES) jumps++;
    }
    return jumps * 10 > this.#count;
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

/** Adds one, and gives what it was before. */
function increment(counts: Uint32Array, at: number): number {
  const before = counts[at] ?? 0;
  counts[at] = before + 1;
  return before;
}
