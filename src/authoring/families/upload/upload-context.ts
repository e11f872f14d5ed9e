import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import type { StorageProvider } from '../../../resources/storage/storage-provider.interface.js';
import { StepContext } from '../../steps/step-context.js';

/**
 * Names under which uploads of the original report their progress.
 *
 * @deprecated A step reports under its own name.
 */
export const UploadProgressCategories = {
  Initialize: 'initialize',
  Validate: 'validate',
  Upload: 'upload',
  Cleanup: 'cleanup',
} as const;
export type UploadProgressCategories = (typeof UploadProgressCategories)[keyof typeof UploadProgressCategories];

/** What the steps of an upload share. Subclass it for fields of your own. */
export class UploadContext<P = unknown> extends StepContext<P> {
  /** Folder that the files are read from. */
  sourcePath?: string;
  /** The files as they belong together. */
  organizedFiles: Record<string, unknown>[] = [];
  /** The files that lie in the storage; the result counts them. */
  uploadedFiles: Record<string, unknown>[] = [];
  /** What the platform made of them; the result counts them. */
  dataUnits: Record<string, unknown>[] = [];

  /** @throws NotConfiguredError when no backend is set up. */
  get client(): BackendClient {
    return this.runtimeCtx.client;
  }
  /** @throws NotConfiguredError when no storage is set up. */
  get storage(): StorageProvider {
    return this.runtimeCtx.storage;
  }
}
