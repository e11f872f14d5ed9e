import { syncConfig, type SyncOptions } from './sync-config.js';
import type { DiscoveredAction } from './sync-plan.js';

/** An action of the code that has types. */
export const TRAIN: DiscoveredAction = {
  name: 'train',
  entrypoint: 'plugin/acts:Train',
  inputType: 'dataset',
  outputType: 'model',
};

/** An action of the code without types. */
export const INFER: DiscoveredAction = { name: 'infer', entrypoint: 'plugin/acts:Infer' };

/** What a sync makes of this text of a config file. */
export function sync(text: string, discovered: readonly DiscoveredAction[], options?: SyncOptions) {
  return syncConfig(text, discovered, options);
}

/** The new text where nothing may be in conflict, and a second sync must find nothing left to do. */
export function synced(text: string, discovered: readonly DiscoveredAction[], options?: SyncOptions): string {
  const result = sync(text, discovered, options);
  expect(result.conflicts).toEqual([]);
  expect(sync(result.text, discovered, options)).toMatchObject({ isChanged: false, changes: {}, text: result.text });
  return result.text;
}
