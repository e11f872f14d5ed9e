import { LocalStorage, type StorageProvider, SynapseError, UploadRunContext } from 'nest-synapse';
import type { UploadDatasetParams } from '../../actions/upload.action.js';

/** What the steps of the upload share. */
export class DatasetUploadContext extends UploadRunContext<UploadDatasetParams> {
  /** The page about the set's quality. */
  reportPath = '';
  warningCount = 0;
  #local: StorageProvider | undefined;

  /** The storage that is configured, else a folder of this machine: the example works without any. */
  override get storage(): StorageProvider {
    try {
      return super.storage;
    } catch (error) {
      if (!SynapseError.is(error) || error.code !== 'SYN_NOT_CONFIGURED') throw error;
      return (this.#local ??= new LocalStorage({ location: this.params.storage_dir }));
    }
  }
}
