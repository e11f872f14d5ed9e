import { createWriteStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LogLevel } from '../../../foundation/config/enums.js';
import { messageOf } from '../../../foundation/errors/synapse.error.js';
import { isRecord } from '../../../foundation/schema/json-safe.js';
import { writeAtomically } from '../../../resources/files/places/write-atomically.js';
import { BaseStep } from '../../steps/base-step.js';
import { StepResult } from '../../steps/step-result.js';
import { StepNotes } from '../work/step-notes.js';
import { type BaseExportParams, ExportFormat } from './base-export-params.js';
import { type ExportContext, ExportProgressCategories } from './export-context.js';
import type { FilteredResults } from './filtered-results.js';

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
    await claimPath(context, path);
    await writeResults(path, format, this.#converted(context));
    context.outputPath = path;
    context.setProgress(1, 1, ExportProgressCategories.DatasetConversion);
    context.log('export_complete', {
      output_path: path,
      exported_count: context.exportedCount,
      failed_count: context.failedCount,
    });
    return StepResult.ok({ exported: context.exportedCount });
  }

  /** Takes away the file where there was none before; one that was replaced cannot come back. */
  override async rollback(context: ExportContext<P>): Promise<void> {
    for await (const { path, existed } of notesOf(context).entries()) if (!existed) await rm(path, { force: true });
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

async function writeResults(path: string, format: ExportFormat, values: AsyncIterable<unknown>): Promise<void> {
  const { writeCsv, writeNdjson } = await import('../../../resources/files/records/row-files.js');
  if (format === ExportFormat.Ndjson) return writeNdjson(path, values);
  if (format === ExportFormat.Csv) return writeCsv(path, asRows(values), { escapesFormulas: true });
  await writeAtomically(path, (unfinished) =>
    pipeline(Readable.from(asList(values)), createWriteStream(unfinished, { flags: 'wx' })),
  );
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

/** Notes whether there was something at the place, the first time that it is asked. Another host may have a place of its own. */
async function claimPath(context: ExportContext, path: string): Promise<void> {
  const notes = notesOf(context);
  for await (const claim of notes.entries()) if (claim.path === path) return;
  await notes.add({ path, existed: existsSync(path) });
}

function notesOf(context: ExportContext): StepNotes<{ path: string; existed: boolean }> {
  return new StepNotes('export', context);
}
