import { statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { FileNotFoundError } from '../../../foundation/errors/file.errors.js';
import type { ModelOptions } from '../../../resources/clients/backend/model-calls.js';
import type { NewModel, PlatformModel } from '../../../resources/clients/backend/platform-records.js';
import type { RuntimeContext } from '../../context/runtime-context.js';
import { TrainProgressCategories } from '../train/train-context.js';

/**
 * Keeps a trained model on the platform: a file as it is, a folder as a zip.
 *
 * @param fields - What the platform is told; its name is the file's where nothing else is said.
 * @param options - `headers` of the request that makes the model.
 * @throws FileNotFoundError; what the client throws.
 */
export async function uploadModel(
  ctx: RuntimeContext,
  path: string,
  fields: Readonly<Record<string, unknown>>,
  { headers }: Pick<ModelOptions, 'headers'> = {},
): Promise<PlatformModel> {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (!facts) throw new FileNotFoundError('model', path);
  const data = { name: parse(path).name, ...fields } as NewModel;
  const onProgress = (sent: number, total: number): void =>
    ctx.setProgress(sent, Math.max(total, 1), TrainProgressCategories.ModelUpload);
  const { signal } = ctx;
  if (!facts.isDirectory()) return ctx.client.createModel(data, path, { signal, onProgress, headers });
  const archive = join(ctx.workDir, 'uploads', `${basename(path)}.zip`);
  await mkdir(join(ctx.workDir, 'uploads'), { recursive: true });
  try {
    const { ArchiveFilter } = await import('../../../resources/files/archives/archive-filter.js');
    const { createArchive } = await import('../../../resources/files/archives/create-archive.js');
    // All of it: what is junk in a folder of sources may well be a part of a model.
    await createArchive(path, archive, { filter: new ArchiveFilter({ usesDefaults: false }), signal });
    return await ctx.client.createModel(data, archive, { signal, onProgress, headers });
  } finally {
    await rm(archive, { force: true });
  }
}
