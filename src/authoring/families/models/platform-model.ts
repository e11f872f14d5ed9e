import { ModelUnusableError } from '../../../foundation/errors/family.errors.js';
import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import type { PlatformModel } from '../../../resources/clients/backend/platform-records.js';

/** Asks the platform about a model. Nothing is downloaded. */
export function fetchModel(client: BackendClient, id: number): Promise<PlatformModel> {
  return client.getModel(id);
}

/** @throws {@link ModelUnusableError} when the platform keeps no file of the model. */
export function fileOf({ id, name, file }: PlatformModel): string {
  if (typeof file === 'string' && file !== '') return file;
  throw new ModelUnusableError(id, name ?? null);
}
