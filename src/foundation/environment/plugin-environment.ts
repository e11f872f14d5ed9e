import { inspect } from 'node:util';
import { EnvironmentValueError } from '../errors/config.errors.js';
import { readEnvironmentFile } from './environment-file.js';
import { isTable, toBoolean, toFloat, toInteger, toList, toText } from './parse-values.js';
import { holdsSecret, isSecretKey, MASK } from './secret-values.js';

/** What an environment can be made of or merged with. */
export type EnvironmentValues = PluginEnvironment | Readonly<Record<string, unknown>>;

/** How an environment treats its values. */
export interface EnvironmentOptions {
  /** Names of values to mask besides those that are secret by name, such as `*_TOKEN` or `*_PASSWORD`. @defaultValue none */
  readonly secretKeys?: Iterable<string>;
}

/**
 * The settings of a plugin's runs, from process variables, a file or plain values, behind typed getters.
 *
 * Values are copied and frozen, so one environment can serve many runs. A getter without a fallback answers null when
 * there is no such value or the value is null; the `require` forms throw. JSON and console output mask secrets:
 * {@link PluginEnvironment.toDict} is the way to the real values.
 */
export class PluginEnvironment {
  #values: ReadonlyMap<string, unknown>;
  readonly #secretKeys: ReadonlySet<string>;

  constructor(values: EnvironmentValues = {}, { secretKeys = [] }: EnvironmentOptions = {}) {
    const given = values instanceof PluginEnvironment ? values : undefined;
    this.#values = given
      ? given.#values
      : new Map(Object.entries(values).map(([key, value]) => [key, frozenCopy(value)]));
    this.#secretKeys = new Set([...(given ? given.#secretKeys : []), ...secretKeys]);
  }

  /**
   * The process's variables whose names start with `prefix`, without it; a variable named exactly like the prefix has the
   * empty name. Reads the variables once: later changes do not show.
   */
  static fromEnviron(prefix = '', variables: Readonly<NodeJS.ProcessEnv> = process.env): PluginEnvironment {
    // Each single read of process.env is a call into the system, so it is copied whole, once.
    const all = Object.entries({ ...variables });
    if (prefix === '') return new PluginEnvironment(Object.fromEntries(all));
    const own = all.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]);
    return new PluginEnvironment(Object.fromEntries(own) as Record<string, unknown>);
  }

  /**
   * The values of a TOML file. Tables stay tables; there is no dotted access.
   *
   * @throws {@link ConfigNotFoundError} when there is no such file.
   * @throws {@link EnvironmentFileError} when it cannot be read or is not TOML.
   */
  static fromFile(path: string): PluginEnvironment {
    return new PluginEnvironment(readEnvironmentFile(path));
  }

  /** One environment of several; a later one wins, with a null as well. The given ones stay as they are. */
  static merge(...environments: readonly EnvironmentValues[]): PluginEnvironment {
    const all = environments.map((values) =>
      values instanceof PluginEnvironment ? values : new PluginEnvironment(values),
    );
    const merged = new PluginEnvironment(
      {},
      { secretKeys: all.flatMap((environment) => [...environment.#secretKeys]) },
    );
    // Their values are frozen copies already.
    merged.#values = new Map(all.flatMap((environment) => [...environment.#values]));
    return merged;
  }

  /** Whether there is a value of this name, be it null. */
  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** The names of all values. */
  keys(): string[] {
    return [...this.#values.keys()];
  }

  /** The value as it is: a null that is there is a null, not the fallback. */
  get(key: string, fallback: unknown = null): unknown {
    return this.#values.has(key) ? this.#values.get(key) : fallback;
  }

  /** The value as text: numbers as digits, other values as JSON. */
  getStr(key: string): string | null;
  getStr<D>(key: string, fallback: D): string | D;
  getStr(key: string, fallback: unknown = null): unknown {
    const value = this.#values.get(key) ?? null;
    return value === null ? fallback : toText(value);
  }

  /**
   * The value as a whole number: numbers lose their fraction, booleans are 0 and 1, text must be digits.
   *
   * @throws {@link EnvironmentValueError} when it is none; empty text is none.
   */
  getInt(key: string): number | null;
  getInt<D>(key: string, fallback: D): number | D;
  getInt(key: string, fallback: unknown = null): unknown {
    const value = this.#values.get(key) ?? null;
    return value === null ? fallback : (toInteger(value) ?? this.#refuse(key, 'a whole number'));
  }

  /**
   * The value as a number; text may have an exponent, or be `nan` or `inf`.
   *
   * @throws {@link EnvironmentValueError} when it is none; empty text is none.
   */
  getFloat(key: string): number | null;
  getFloat<D>(key: string, fallback: D): number | D;
  getFloat(key: string, fallback: unknown = null): unknown {
    const value = this.#values.get(key) ?? null;
    return value === null ? fallback : (toFloat(value) ?? this.#refuse(key, 'a number'));
  }

  /** The value as a boolean. Text is true for `true`, `1` and `yes` in any case, and for nothing else: not for ` true `, not for `on`. */
  getBool(key: string): boolean | null;
  getBool<D>(key: string, fallback: D): boolean | D;
  getBool(key: string, fallback: unknown = null): unknown {
    const value = this.#values.get(key) ?? null;
    return value === null ? fallback : toBoolean(value);
  }

  /** The value as a list: text is split at its commas. A value that is neither list nor text gives the fallback. */
  getList(key: string): unknown[] | null;
  getList<D>(key: string, fallback: D): unknown[] | D;
  getList(key: string, fallback: unknown = null): unknown {
    return toList(this.#values.get(key)) ?? fallback;
  }

  /**
   * The value as it is, null included.
   *
   * @throws {@link EnvironmentValueError} when there is none.
   */
  require(key: string): unknown {
    return this.#values.has(key) ? this.#values.get(key) : this.#refuse(key, 'set');
  }

  /** @throws {@link EnvironmentValueError} when there is no value, or it is null. */
  requireStr(key: string): string {
    return this.getStr(key) ?? this.#refuse(key, 'set');
  }

  /** @throws {@link EnvironmentValueError} when there is no value, or it is no whole number. */
  requireInt(key: string): number {
    return this.getInt(key) ?? this.#refuse(key, 'a whole number');
  }

  /** @throws {@link EnvironmentValueError} when there is no value, or it is no number. */
  requireFloat(key: string): number {
    return this.getFloat(key) ?? this.#refuse(key, 'a number');
  }

  /** @throws {@link EnvironmentValueError} when there is no value, or it is null. */
  requireBool(key: string): boolean {
    return this.getBool(key) ?? this.#refuse(key, 'true or false');
  }

  /** @throws {@link EnvironmentValueError} when there is no value, or it is neither a list nor text. */
  requireList(key: string): unknown[] {
    return this.getList(key) ?? this.#refuse(key, 'a list, or text with commas');
  }

  /** The real values, secrets included. Changing the copy does not change the environment. */
  toDict(): Record<string, unknown> {
    return Object.fromEntries(this.#values);
  }

  /** The values with each secret as `***`, for people and logs. */
  toMaskedDict(): Record<string, unknown> {
    return Object.fromEntries([...this.#values].map(([key, value]) => [key, this.#masked(key, value)]));
  }

  toJSON(): Record<string, unknown> {
    return this.toMaskedDict();
  }

  [inspect.custom](): string {
    return `PluginEnvironment ${inspect(this.toMaskedDict())}`;
  }

  #masked(key: string, value: unknown): unknown {
    if (value === null || value === '') return value;
    if (this.#secretKeys.has(key) || isSecretKey(key) || holdsSecret(value)) return MASK;
    if (Array.isArray(value)) return value.map((item) => this.#masked('', item));
    if (!isTable(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#masked(name, item)]));
  }

  #refuse(key: string, expected: string): never {
    throw new EnvironmentValueError(key, expected, this.#inWords(key));
  }

  #inWords(key: string): string {
    if (!this.#values.has(key)) return 'nothing';
    const value = this.#masked(key, this.#values.get(key));
    const text = typeof value === 'string' ? `'${value}'` : toText(value);
    return text.length > 80 ? `${text.slice(0, 80)}…` : text;
  }
}

/** Lists and tables are copied all the way down, so that neither the giver nor one run can change what another run reads. */
function frozenCopy(value: unknown, within: readonly unknown[] = []): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (within.includes(value)) return null; // a value that holds itself has no copy
  if (Array.isArray(value)) return Object.freeze(value.map((item) => frozenCopy(item, [...within, value])));
  if (!isTable(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, frozenCopy(item, [...within, value])]);
  return Object.freeze(Object.fromEntries(entries) as object);
}
