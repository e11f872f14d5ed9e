const BYTES = 5;

/** Makes ids of ten hexadecimal digits. Random bytes are drawn for many at once. */
export class AnnotationIds {
  readonly #pool = Buffer.alloc(BYTES * 1_024);
  #next = this.#pool.length;

  make(): string {
    if (this.#next === this.#pool.length) {
      // Fetched here, as threads that only read DM would load it for nothing.
      process.getBuiltinModule('node:crypto').randomFillSync(this.#pool);
      this.#next = 0;
    }
    this.#next += BYTES;
    return this.#pool.toString('hex', this.#next - BYTES, this.#next);
  }
}

/** The id as DM allows it: letters, digits, `_` and `-`. */
export function isDmId(id: string): boolean {
  return /^[\w-]+$/.test(id);
}
