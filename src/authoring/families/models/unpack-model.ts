import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PlatformModel } from '../../../resources/clients/backend/platform-records.js';
import type { RuntimeContext } from '../../context/runtime-context.js';
import { reachableHosts } from '../work/reachable-hosts.js';
import { fileOf } from './platform-model.js';

/** Endings of files that are weights as they are. Some of them are zips inside, which nobody wants to see. */
const WEIGHTS = /\.(pt|pth|onnx|h5|keras|safetensors|bin|ckpt|pb|tflite|engine|pkl|joblib|json|gguf|npz)$/i;

/**
 * Puts the files of a model into a folder, which is empty: those of its archive, or the one file that it is.
 *
 * @throws ModelUnusableError when the platform has no file of it; what the download and the archive throw.
 */
export async function unpackModelFile(ctx: RuntimeContext, model: PlatformModel, folder: string): Promise<void> {
  const file = fileOf(model);
  const isUrl = /^https?:\/\//i.test(file);
  const name = basename(isUrl ? decodeURIComponent(URL.parse(file)?.pathname ?? '') : file);
  if (!isUrl) return place(file, name, folder, ctx.signal);
  const fetched = `${folder}.download`;
  await mkdir(fetched, { recursive: true });
  const { Downloader } = await import('../../../resources/files/downloads/downloader.js');
  const downloader = new Downloader({ privateAddresses: reachableHosts(ctx) });
  try {
    await place(
      await downloader.download(file, fetched, { name: 'model', signal: ctx.signal }),
      name,
      folder,
      ctx.signal,
    );
  } finally {
    downloader.close();
    await rm(fetched, { recursive: true, force: true });
  }
}

async function place(path: string, name: string, folder: string, signal: AbortSignal): Promise<void> {
  if (!WEIGHTS.test(name)) {
    const { extractArchive } = await import('../../../resources/files/archives/extract-archive.js');
    await extractArchive(path, folder, { signal });
    return;
  }
  const target = join(folder, name);
  // A download is moved, a file of somebody else stays where it is.
  await (path.startsWith(`${folder}.download`) ? rename(path, target) : copyFile(path, target));
}
