import { isPlainObject } from '../../foundation/schema/value-type.js';

/** What stands in place of a secret. */
const MASK = '[secret]';
/** A shorter text would be found by chance in half of all words. */
const MIN_SECRET_LENGTH = 3;
const MAX_DEPTH = 32;

/** Takes known secret values out of whatever is about to be stored, shown or thrown. */
export class SecretRedactor {
  readonly #secrets: readonly string[];

  /** @param values - The secrets of one run. Longer ones are replaced first, since one may be part of another. */
  constructor(values: readonly string[]) {
    this.#secrets = [...new Set(values)]
      .filter((value) => value.length >= MIN_SECRET_LENGTH)
      .sort((left, right) => right.length - left.length);
  }

  get isEmpty(): boolean {
    return this.#secrets.length === 0;
  }

  /** `text` without the secrets, also where they stand in it as JSON writes them. */
  text(text: string): string {
    return this.#secrets.reduce((redacted, secret) => {
      const escaped = JSON.stringify(secret).slice(1, -1);
      return redacted.replaceAll(secret, MASK).replaceAll(escaped, MASK);
    }, text);
  }

  /** A copy of `value` without the secrets: in texts, keys, lists and plain objects. Other objects pass as they are. */
  value(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#secrets.includes(String(value)) ? MASK : value;
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
    if (Array.isArray(value)) return value.map((item) => this.value(item, depth + 1));
    if (!isPlainObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.text(key), this.value(item, depth + 1)]),
    );
  }
}
