const DIGITS = 10;
const BYTES = DIGITS / 2;

/** Makes ids of ten hexadecimal digits. Random bytes are drawn, and written as digits, for many at once. */
export class AnnotationIds {
  readonly #pool = Buffer.alloc(BYTES * 1_024);
  #digits = '';
  #next = 0;

  make(): string {
    if (this.#next === this.#digits.length) {
      // Fetched here, as threads that only read DM would load it for nothing.
      process.getBuiltinModule('node:crypto').randomFillSync(this.#pool);
      this.#digits = this.#pool.toString('hex');
      this.#next = 0;
    }
    this.#next += DIGITS;
    return this.#digits.slice(this.#next - DIGITS, this.#next);
  }
}

/** The id as DM allows it: letters, digits, `_` and `-`. */
export function isDmId(id: string): boolean {
  return id !== '' && /^[\w-]+$/.test(id);
}
