import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LogLevel } from '../../../foundation/config/enums.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import { writeAtomically } from '../../../resources/files/places/write-atomically.js';
import { BaseStep } from '../../steps/base-step.js';
import { StepResult } from '../../steps/step-result.js';
import { identityOf, isStillThere } from '../work/file-identity.js';
import { StepNotes } from '../work/step-notes.js';
import { type BaseExportParams, ExportFormat } from './base-export-params.js';
import { type ExportContext, ExportProgressCategories } from './export-context.js';
import type { FilteredResults } from './filtered-results.js';

/** A file that was about to be moved to its place. */
interface WrittenFile {
  readonly path: string;
  readonly identity: string;
  /** Whether it took the place of one that was not this step's. */
  readonly replaces: boolean;
}

/** What the action knows about its results. */
export interface ResultHandling {
  /** Finds them. Asked again by a step that is done again. */
  find(filters: Readonly<Record<string, unknown>>): Promise<FilteredResults>;
  /** Makes of one what is written; undefined leaves it out. */
  convert(item: unknown): unknown;
}

/** Finds the results that the params ask for and writes them to a file, one at a time. Its undo removes the file. */
export class WriteResultsStep<P extends BaseExportParams> extends BaseStep<ExportContext<P>> {
  override readonly name = 'write_results';
  override readonly progressWeight = 1;
  readonly #results: ResultHandling;

  constructor(results: ResultHandling) {
    super();
    this.#results = results;
  }

  override async execute(context: ExportContext<P>): Promise<StepResult> {
    const { format, filter, output_path } = context.params;
    const found = await this.#results.find(filter);
    Object.assign(context, { ...found, exportedCount: 0, failedCount: 0 });
    const path = resolve(output_path ?? join(context.runtimeCtx.workDir, `export.${format}`));
    context.log('results_listed', { target: context.params.target, total_count: found.totalCount });
    const write = await writerOf(format);
    await writeAtomically(path, (unfinished) => write(unfinished, this.#converted(context)), {
      move: (unfinished, place) => moveNoted(context, unfinished, place),
    });
    context.outputPath = path;
    context.setProgress(1, 1, ExportProgressCategories.DatasetConversion);
    context.log('export_complete', {
      output_path: path,
      exported_count: context.exportedCount,
      failed_count: context.failedCount,
    });
    return StepResult.ok({ exported: context.exportedCount });
  }

  /** Takes away the file where there was none before; one that was replaced cannot come back, and one of somebody else stays. */
  override async rollback(context: ExportContext<P>): Promise<void> {
    for await (const { path, identity, replaces } of notesOf(context).entries()) {
      if (!replaces && (await isStillThere(path, identity))) await rm(path, { force: true });
    }
  }

  async *#converted(context: ExportContext<P>): AsyncGenerator {
    let seen = 0;
    for await (const item of context.results ?? []) {
      context.signal.throwIfAborted();
      const value = this.#convert(context, item);
      seen += 1;
      if (value !== undefined) {
        context.exportedCount += 1;
        yield value;
      }
      context.setProgress(seen, Math.max(context.totalCount, seen + 1), ExportProgressCategories.DatasetConversion);
    }
  }

  #convert(context: ExportContext<P>, item: unknown): unknown {
    try {
      return this.#results.convert(item);
    } catch (error) {
      if (context.params.on_error === 'fail') throw error;
      context.failedCount += 1;
      const id = isRecord(item) ? (item['id'] ?? null) : null;
      const data = { item: id, error: messageOf(error) };
      context.runtimeCtx.logger.log(LogLevel.Warning, 'export_item_error', data);
      return undefined;
    }
  }
}

/** Fills a file of the format. */
async function writerOf(
  format: ExportFormat,
): Promise<(unfinished: string, values: AsyncIterable<unknown>) => Promise<void>> {
  const { fillCsv, fillNdjson } = await import('../../../resources/files/records/row-files.js');
  if (format === ExportFormat.Ndjson) return fillNdjson;
  if (format === ExportFormat.Csv) {
    return (unfinished, values) => fillCsv(unfinished, asRows(values), { escapesFormulas: true });
  }
  return (unfinished, values) =>
    pipeline(Readable.from(asList(values)), createWriteStream(unfinished, { flags: 'wx' }));
}

async function* asList(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const value of values) {
    yield before + JSON.stringify(value);
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

async function* asRows(values: AsyncIterable<unknown>): AsyncGenerator<Record<string, unknown>> {
  for await (const value of values) {
    const row = isRecord(value) ? value : { value };
    const cells = Object.entries(row).map(([name, cell]) => [
      name,
      typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : cell,
    ]);
    yield Object.fromEntries(cells) as Record<string, unknown>;
  }
}

/**
 * Moves a file to its place, once the run knows which file it is and whether it replaces another. That is looked at each time: the path alone says
 * nothing, since another host may have something of its own there.
 */
async function moveNoted(context: ExportContext, unfinished: string, path: string): Promise<void> {
  const notes = notesOf(context);
  let isOwn = false;
  for await (const earlier of notes.entries()) {
    if (earlier.path === path && !earlier.replaces) isOwn ||= await isStillThere(path, earlier.identity);
  }
  await notes.add({ path, identity: await identityOf(unfinished), replaces: existsSync(path) && !isOwn });
  await rename(unfinished, path);
}

function notesOf(context: ExportContext): StepNotes<WrittenFile> {
  return new StepNotes('export', context);
}
