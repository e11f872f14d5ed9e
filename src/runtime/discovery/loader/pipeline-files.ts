import { join } from 'node:path';
import { isSameEntrypoint } from '../../../foundation/config/entrypoint-form.js';
import { pipelinesOf } from '../../../foundation/config/pipeline-config.js';
import type { PluginConfig } from '../../../foundation/config/plugin-config.js';
import { loadErrorOf } from './load-error.js';
import { urlOfPath } from './host-modules.js';
import type { ManifestPipeline } from './plugin-manifest.js';

/** A pipeline that one of a plugin's files exports. */
export interface PipelineFile {
  /** Its name in the configuration. */
  readonly name: string;
  /** Relative to the plugin's folder. */
  readonly file: string;
  readonly exportName: string;
}

/** The pipelines of a configuration that files hold. An entrypoint that leads to no file is told of when the pipeline is asked for. */
export function pipelineFilesOf(config: PluginConfig, files: readonly string[]): PipelineFile[] {
  return pipelinesOf(config).flatMap(({ name, entrypoint }) => {
    if (entrypoint === undefined) return [];
    const exportName = entrypoint.slice(entrypoint.lastIndexOf(':') + 1);
    const file = files.find((one) => isSameEntrypoint(`${one}:${exportName}`, entrypoint));
    return file === undefined ? [] : [{ name, file, exportName }];
  });
}

/**
 * What the files export, by the names in the configuration. A file that throws breaks its own pipelines and nothing else: what it threw
 * stands in their place.
 */
export async function importPipelines(
  directory: string,
  pipelines: readonly ManifestPipeline[],
): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  for (const { name, chunk, exportName } of pipelines) {
    try {
      const exported = (await import(urlOfPath(join(directory, chunk)))) as Record<string, unknown>;
      found.set(name, exported[exportName]);
    } catch (thrown) {
      found.set(name, loadErrorOf(directory, thrown));
    }
  }
  return found;
}
