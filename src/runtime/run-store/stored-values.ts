import { StoreCorruptError, StoreValueError } from '../../foundation/errors/store.errors.js';
import { messageOf } from '../../foundation/errors/synapse.error.js';
import { safeJson } from '../../authoring/reporting/safe-json.js';
import type { ValueName } from './lost-value.js';

/** No JSON begins like this. */
const REFERENCE = /^@sha256:([0-9a-f]{64})$/;

/** Texts that are found by their SHA-256. */
export interface Blobs {
  /** Where they lie, for errors. */
  readonly path: string;
  /** Keeps a text; returns its hash. */
  put(text: string): string;
  /** The text with this hash. @throws StoreValueLostError, StoreValueUnavailableError. */
  get(hash: string, name: ValueName): string;
}

/** Where large values go. */
export interface StoredValuesOptions {
  readonly blobs: Blobs;
  /** Size of a value's JSON above which it becomes a file, in bytes. */
  readonly maxInlineBytes: number;
}

/** A value as the text of a column: its JSON, or where it is large, a reference to a file. */
export class StoredValues {
  constructor(private readonly options: StoredValuesOptions) {}

  /**
   * The JSON of a value; null for undefined.
   *
   * @param name - What it is, for the error.
   * @throws {@link StoreValueError} when there is none.
   */
  json(name: string, value: unknown): string | null {
    if (value === undefined) return null;
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (error) {
      throw new StoreValueError(name, (messageOf(error).split('\n')[0] ?? '').trim(), error);
    }
    if (text === undefined) throw new StoreValueError(name, `it is a ${typeof value}`);
    return text;
  }

  /** The JSON of a value that must be kept whatever it holds, e.g. what somebody logged. */
  lenientJson(value: unknown): string {
    return safeJson(value);
  }

  isLarge(json: string | null): json is string {
    return json !== null && this.mayHoldLarge(json) && Buffer.byteLength(json) > this.options.maxInlineBytes;
  }

  /** Whether a text is long enough to be large, or to have something large in it. */
  mayHoldLarge(text: string): boolean {
    // A character takes at most three bytes.
    return text.length * 3 > this.options.maxInlineBytes;
  }

  /** Writes a large value to its file. @returns The text for the column, and the hash it refers to. */
  store(json: string): { readonly text: string; readonly hash: string } {
    const hash = this.options.blobs.put(json);
    return { text: `@sha256:${hash}`, hash };
  }

  /**
   * The value of a column.
   *
   * @throws {@link StoreCorruptError} when the text is no JSON; what {@link Blobs.get} throws for a large one.
   */
  read(text: string | null, name: ValueName): unknown {
    if (text === null) return undefined;
    const hash = REFERENCE.exec(text)?.[1];
    const json = hash === undefined ? text : this.options.blobs.get(hash, name);
    try {
      return JSON.parse(json);
    } catch (error) {
      throw new StoreCorruptError(this.options.blobs.path, 'a value is no JSON', error);
    }
  }
}
