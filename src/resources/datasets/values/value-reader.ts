import { DatasetValueError, type ValueIssue } from '../../../foundation/errors/dataset.errors.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import { type JsonRecord, shortText } from '../model/json-value.js';

type Path = readonly (string | number)[];

/** Takes what is wrong with the fields of a value. */
export class ValueIssues {
  readonly list: ValueIssue[] = [];

  add(path: Path, kind: string, message: string): undefined {
    this.list.push({ path: path.join('.'), kind, message });
    return undefined;
  }
}

/** Reads one field; undefined where it is wrong, which the issues were told. */
export type Read<T> = (value: unknown, path: Path, issues: ValueIssues) => T | undefined;

/** The class of a value: it is made of JSON, and checks it. */
export type ValueClass<T> = new (input: unknown, place?: ValuePlace) => T;

/** Where a value stands in another one. */
export interface ValuePlace {
  readonly path: Path;
  readonly issues: ValueIssues;
}

/** The fields of one value. Every field is read before anything is thrown, so that all mistakes are told at once. */
export class FieldReader {
  readonly #fields: JsonRecord;
  readonly #path: Path;
  readonly #issues: ValueIssues;
  readonly #isOutermost: boolean;

  constructor(
    private readonly model: string,
    input: unknown,
    place?: ValuePlace,
  ) {
    this.#issues = place?.issues ?? new ValueIssues();
    this.#path = place?.path ?? [];
    this.#isOutermost = place === undefined;
    this.#fields = isRecord(input) ? input : {};
    if (!isRecord(input)) this.#issues.add(this.#path, 'object_type', `must be an object, not ${shortText(input)}`);
  }

  /** A field that must be there. The fallback stands in for one that is wrong; nobody sees it. */
  required<T>(key: string, read: Read<T>, fallback: T): T {
    const value = this.#fields[key];
    if (value !== undefined) return read(value, [...this.#path, key], this.#issues) ?? fallback;
    this.#issues.add([...this.#path, key], 'missing', 'is missing');
    return fallback;
  }

  /** A field that has a default. */
  optional<T>(key: string, read: Read<T>, fallback: T): T {
    const value = this.#fields[key];
    return value === undefined ? fallback : (read(value, [...this.#path, key], this.#issues) ?? fallback);
  }

  /** The fields that are not among these. */
  others(known: readonly string[]): JsonRecord {
    return Object.fromEntries(Object.entries(this.#fields).filter(([key]) => !known.includes(key)));
  }

  /** @throws {@link DatasetValueError} with all that is wrong, when the outermost value has been read. */
  end(): void {
    if (this.#isOutermost && this.#issues.list.length > 0) throw new DatasetValueError(this.model, this.#issues.list);
  }
}
