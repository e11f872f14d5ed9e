import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatasetFormatError, DatasetNotFoundError } from '../../../foundation/errors/dataset.errors.js';
import { convertLikeOriginal, hasOriginal } from '../original/original-conversion.js';
import { writeFileAtomically } from '../../files/places/write-atomically.js';
import { refuseToReplaceOthers } from '../io/replaceable-target.js';
import { REPORT_NAME, refuseSourceAsTarget } from '../io/staged-target.js';
import { ConvertThreads } from '../parallel/convert-threads.js';
import { BUILT_IN_FORMATS } from './built-in-formats.js';
import type { ConversionResult, ConvertOptions } from './conversion.js';
import type { ConvertOrder } from './convert-order.js';
import { convertStep } from './convert-step.js';
import type { FormatDefinition } from './format-definition.js';
import { type ConversionRoute, shortestRoute } from './route.js';

/** A conversion of one format into one other that does not go by pictures, e.g. a tool of its own. */
export interface DirectConverter {
  readonly from: string;
  readonly to: string;
  convert(source: string, target: string, options: ConvertOptions): Promise<ConversionResult>;
}

/**
 * The formats that are known, and the routes between them.
 *
 * A format that can be read is converted to every format that can be written; `registerConverter` adds ways of other kinds.
 */
export class DatasetFormatRegistry {
  readonly #formats = new Map<string, FormatDefinition>();
  readonly #converters = new Map<string, DirectConverter>();
  readonly #threads = new ConvertThreads();

  /** @param formats - What it starts with. @defaultValue the formats of this package */
  constructor(formats: readonly FormatDefinition[] = BUILT_IN_FORMATS) {
    for (const format of formats) this.register(format);
  }

  get names(): readonly string[] {
    return [...this.#formats.keys()];
  }

  /** Adds a format; one of the same name is replaced. */
  register(format: FormatDefinition): this {
    this.#formats.set(format.name, format);
    return this;
  }

  /** Adds a way between two formats; it goes before reading and writing them picture by picture. */
  registerConverter(converter: DirectConverter): this {
    this.get(converter.from);
    this.get(converter.to);
    this.#converters.set(stepKey(converter.from, converter.to), converter);
    return this;
  }

  /** @throws {@link DatasetFormatError} where no format has the name. */
  get(name: string): FormatDefinition {
    const format = this.#formats.get(name);
    if (format) return format;
    throw new DatasetFormatError(`There is no format '${name}'.`, this.names);
  }

  /**
   * The format of what lies at the path.
   *
   * @throws {@link DatasetNotFoundError} where there is nothing; {@link DatasetFormatError} where it is of no known format.
   */
  recognise(path: string): FormatDefinition {
    if (!existsSync(path)) throw new DatasetNotFoundError(path, 'there is no such folder or file');
    const format = this.#recognised(path);
    if (format) return format;
    throw new DatasetFormatError(`The files in ${path} are of no known format. Say which it is (--from).`, this.names);
  }

  /**
   * The way from one format to another with the fewest hops, and what it loses.
   *
   * @throws {@link DatasetFormatError} for names that are unknown, and where no way leads there.
   */
  route(from: string, to: string): ConversionRoute {
    this.get(from);
    this.get(to);
    const graph = { formats: this.#formats, hasStep: (one: string, other: string) => this.#hasStep(one, other) };
    const route = shortestRoute(graph, from, to);
    if (route) return route;
    throw new DatasetFormatError(`No way leads from '${from}' to '${to}'.`, this.names);
  }

  /**
   * Converts the data set at one path into a new one at another. The target is written beside its place and moved there when it is
   * whole; what it could not keep is in its `loss-report.json` and in the result.
   *
   * @throws {@link DatasetNotFoundError}, {@link DatasetFormatError}, {@link DatasetInvalidError} where something is wrong in the source;
   * {@link DatasetTargetError} where the target is in use, is the source, is no data set that may be overwritten, or cannot be written; the signal's reason.
   */
  async convert(source: string, target: string, options: ConvertOptions = {}): Promise<ConversionResult> {
    if (!existsSync(source)) throw new DatasetNotFoundError(source, 'there is no such folder or file');
    const from = options.from ?? this.recognise(source).name;
    const route = this.route(from, options.to ?? (from.startsWith('dm') ? 'yolo' : 'dm_v2'));
    const step = { source: resolve(source), target: resolve(target), route, options, threads: this.#threads };
    this.#refuseTarget(step);
    if (options.compat === 'original') return this.#likeOriginal(step);
    if (route.steps.length === 1) return this.#step(step, from, route.steps[0]?.to ?? from);
    return this.#follow(step);
  }

  #refuseTarget({ source, target, options }: Omit<ConvertOrder, 'from' | 'to'>): void {
    refuseSourceAsTarget(source, target);
    if (options.overwrite) refuseToReplaceOthers(target, (path) => this.#recognised(path) !== undefined);
  }

  #recognised(path: string): FormatDefinition | undefined {
    return [...this.#formats.values()].find((format) => format.recognises?.(path));
  }

  #likeOriginal(step: Omit<ConvertOrder, 'from' | 'to'>): Promise<ConversionResult> {
    const { from = '', to = '' } = step.route.steps[0] ?? {};
    if (step.route.steps.length === 1 && hasOriginal(from, to)) return convertLikeOriginal(step);
    throw new DatasetFormatError(`The original has no way from '${from}' to '${to}'. Leave compat out.`, this.names);
  }

  /** Several hops, with folders for what lies between them. */
  async #follow(step: Omit<ConvertOrder, 'from' | 'to'>): Promise<ConversionResult> {
    const between = mkdtempSync(join(tmpdir(), 'synapse-dataset-'));
    const { steps } = step.route;
    try {
      const results: ConversionResult[] = [];
      for (const [index, { from, to }] of steps.entries()) {
        const target = index === steps.length - 1 ? step.target : join(between, String(index));
        results.push(await this.#step({ ...step, source: results.at(-1)?.path ?? step.source, target }, from, to));
      }
      const { path, config_path, ...report } = joined(results, step.route);
      // That of the last step knows nothing of what those before it have lost.
      await writeFileAtomically(join(path, REPORT_NAME), `${JSON.stringify(report, null, 2)}\n`);
      return { ...report, path, config_path };
    } finally {
      rmSync(between, { recursive: true, force: true });
    }
  }

  #step(step: Omit<ConvertOrder, 'from' | 'to'>, one: string, other: string): Promise<ConversionResult> {
    const converter = this.#converters.get(stepKey(one, other));
    if (converter) return converter.convert(step.source, step.target, step.options);
    const [from, to] = [this.get(one), this.get(other)];
    return convertStep({ ...step, from: from as ConvertOrder['from'], to: to as ConvertOrder['to'] });
  }

  #hasStep(from: string, to: string): boolean {
    if (this.#converters.has(stepKey(from, to))) return true;
    return this.#formats.get(from)?.read !== undefined && this.#formats.get(to)?.write !== undefined;
  }
}

/** One result of several hops: the last, with what each of them lost. */
function joined(results: readonly ConversionResult[], { steps, loses }: ConversionRoute): ConversionResult {
  const last = results.at(-1) as ConversionResult;
  const { source_format, annotations } = results[0] ?? last;
  const [losses, problems] = [results.flatMap((one) => one.losses), results.flatMap((one) => one.problems)];
  const target_format = steps.at(-1)?.to ?? last.target_format;
  return { ...last, source_format, target_format, route: steps, route_loses: loses, annotations, losses, problems };
}

function stepKey(from: string, to: string): string {
  return JSON.stringify([from, to]);
}
