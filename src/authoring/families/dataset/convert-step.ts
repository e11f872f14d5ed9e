import { existsSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import type { ConvertOptions } from '../../../resources/datasets/registry/conversion.js';
import { BaseStep } from '../../steps/base-step.js';
import { StepResult } from '../../steps/step-result.js';
import { ClaimedFolder, discardClaimed } from '../work/claimed-folder.js';
import type { DatasetContext } from './dataset-context.js';
import type { DatasetParams } from './dataset-params.js';

/** What is to be converted. */
export interface ConversionOrder {
  readonly source: string;
  readonly sourceFormat: string;
  readonly target: string;
  readonly targetFormat: string;
  readonly isCategorized: boolean;
  /** How; the registry of formats takes it as it is. */
  readonly options: ConvertOptions;
}

/** Converts an order's folder; resolves to the file that describes the data set in its new format, where there is one. */
export type FolderConverter = (order: ConversionOrder) => Promise<string | undefined>;

const PICTURES = new Set(['.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff', '.gif']);

/** Converts the data set that the params name, or that was downloaded before. */
export class ConvertStep extends BaseStep<DatasetContext> {
  override readonly name = 'convert';
  override readonly progressWeight = 0.2;
  readonly #convert: FolderConverter;

  constructor(convert: FolderConverter) {
    super();
    this.#convert = convert;
  }

  override async execute(context: DatasetContext): Promise<StepResult> {
    const { params } = context;
    const { source, target } = placesOf(context);
    if (!existsSync(source)) {
      const message = `must name a folder that exists, not '${source}'`;
      throw new ParamsInvalidError(context.runtimeCtx.action, [{ path: 'path', message }]);
    }
    const sourceFormat = formatOf(params.source_format, params);
    const targetFormat = formatOf(params.target_format, params);
    const isCategorized = params.is_categorized || context.isCategorized;
    context.log('convert_start', {
      source_path: source,
      source_format: sourceFormat,
      target_format: targetFormat,
      is_categorized: isCategorized,
    });
    const folder = new ClaimedFolder(target, context);
    await folder.begin();
    const options = await this.#optionsOf(context, source);
    const order = { source, sourceFormat, target: folder.unfinished, targetFormat, isCategorized, options };
    const config = await this.#convert(order);
    await folder.commit();
    // What the converter has named lies where it wrote.
    const configPath = config?.replace(folder.unfinished, folder.target) ?? null;
    Object.assign(context, {
      sourcePath: source,
      path: folder.target,
      format: targetFormat,
      isCategorized,
      configPath,
    });
    context.log('convert_complete', { output_path: folder.target, config_path: configPath });
    return StepResult.ok();
  }

  override async rollback(context: DatasetContext): Promise<void> {
    await discardClaimed(context);
  }

  async #optionsOf(context: DatasetContext, source: string): Promise<ConvertOptions> {
    const { images, classes, on_error } = context.params;
    const total = await countPictures(source);
    return {
      images: images ?? undefined,
      classes: classes ?? undefined,
      onError: on_error ?? undefined,
      signal: context.signal,
      onProgress: (done) => context.setProgress(done, Math.max(total, done, 1), 'convert'),
    };
  }
}

function placesOf({ params, path, sourcePath }: DatasetContext): { source: string; target: string } {
  const source = resolve(sourcePath ?? path ?? params.path ?? '');
  const beside = join(dirname(source), `${basename(source)}_${params.target_format}`);
  const wanted = params.output_dir === undefined || params.output_dir === null ? undefined : resolve(params.output_dir);
  // In a pipeline, or after a download, the folder that was named is the one that is converted.
  return { source, target: wanted === undefined || wanted === source ? beside : wanted };
}

/** A format that names no version is in the one that the params say. */
function formatOf(format: string, { dm_version }: DatasetParams): string {
  return format === 'dm' ? `dm_${dm_version}` : format;
}

/** How many pictures lie in a folder: how long the conversion will take, as far as that can be seen from outside. */
async function countPictures(folder: string): Promise<number> {
  let count = 0;
  try {
    for await (const entry of await opendir(folder, { recursive: true })) {
      if (PICTURES.has(extname(entry.name).toLowerCase())) count += 1;
    }
  } catch {
    // A data set may be a single file.
  }
  return count;
}
