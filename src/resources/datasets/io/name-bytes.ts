const PIECE_BYTES = 65_536;
/** Addresses that are set aside; memory is taken for what is used. */
const MOST_BYTES = 4_294_967_296;

/** Names as bytes, in memory that grows where it is: copies of it would be most of what a conversion needs, and a text for each more than that. */
export class NameBytes {
  readonly #memory = new ArrayBuffer(PIECE_BYTES, { maxByteLength: MOST_BYTES });
  readonly #endMemory = new ArrayBuffer(PIECE_BYTES, { maxByteLength: MOST_BYTES });
  readonly #bytes = Buffer.from(this.#memory);
  readonly #ends = new Uint32Array(this.#endMemory);
  #count = 0;
  #length = 0;

  get count(): number {
    return this.#count;
  }

  /** Puts a name behind the others; its number is their count before. */
  add(name: string): void {
    const end = this.#length + Buffer.byteLength(name);
    if (end > this.#memory.byteLength) this.#memory.resize(end + PIECE_BYTES);
    if (this.#count === this.#ends.length) this.#endMemory.resize(this.#endMemory.byteLength + PIECE_BYTES);
    this.#bytes.write(name, this.#length, 'utf8');
    this.#ends[this.#count++] = this.#length = end;
  }

  /** The name of a number. */
  at(number: number): string {
    return this.#bytes.toString('utf8', number === 0 ? 0 : this.#ends[number - 1], this.#ends[number]);
  }

  /** The bytes of all names, and where each ends; nothing can be added any more. */
  end(): [Buffer, Uint32Array] {
    const bytes = this.#memory.transferToFixedLength(this.#length);
    return [Buffer.from(bytes), new Uint32Array(this.#endMemory.transferToFixedLength(this.#count * 4))];
  }
}
