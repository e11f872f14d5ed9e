import { StorageConfigError } from '../../../foundation/errors/storage.errors.js';
import type { PluginEnvironment } from '../../../foundation/environment/plugin-environment.js';
import type { StorageConfigInput } from './storage-config.js';

const PROVIDER = 'SYNAPSE_STORAGE_PROVIDER';
const CONFIGURATION = 'SYNAPSE_STORAGE_CONFIGURATION';

/**
 * The storage that an environment names; undefined where it names none.
 *
 * @throws {@link StorageConfigError} where the configuration is no JSON object. It holds secrets, so its text is not shown.
 */
export function storageConfigOfEnvironment(env: PluginEnvironment): StorageConfigInput | undefined {
  const provider = env.getStr(PROVIDER, '');
  if (provider === '') return undefined;
  const configuration: unknown = env.get(CONFIGURATION, '{}');
  const parsed = typeof configuration === 'string' ? parsedJson(configuration) : configuration;
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new StorageConfigError(provider, [{ path: CONFIGURATION, message: 'must be an object, written as JSON' }]);
  }
  return { provider, configuration: parsed };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
