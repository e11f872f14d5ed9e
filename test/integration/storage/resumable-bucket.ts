import { plainToInstance } from 'class-transformer';
import { GCSStorage } from '../../../src/resources/storage/providers/gcs/gcs-storage.js';
import { GCSStorageConfig } from '../../../src/resources/storage/providers/gcs/gcs-storage-config.js';
import { ResumableServer } from './servers/resumable-server.js';
import { UploadFolder } from './upload-folder.js';

/** A bucket of a service with resumable uploads, and a file for it. Its tests share the server; all else is anew for each of them. */
export class ResumableBucket {
  readonly server = new ResumableServer();
  readonly #bytes: Buffer;
  #folder: UploadFolder | undefined;
  #storage: GCSStorage | undefined;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /**
   * Has the tests of the suite at hand begin with a bucket.
   *
   * @param bytes - Of the file.
   * @param how - What its configuration has besides the address.
   */
  static forEachTest(bytes: Buffer, how: Partial<GCSStorageConfig> = {}): ResumableBucket {
    const bucket = new ResumableBucket(bytes);
    beforeAll(() => bucket.server.start());
    beforeEach(() => {
      bucket.#folder = new UploadFolder(bytes);
      bucket.#storage = bucket.storageWith(how);
    });
    afterEach(async () => {
      await bucket.#storage?.close();
      bucket.server.reset();
      bucket.#folder?.remove();
    });
    afterAll(() => bucket.server.stop());
    return bucket;
  }

  get folder(): UploadFolder {
    return present(this.#folder);
  }

  get storage(): GCSStorage {
    return present(this.#storage);
  }

  /** A storage in the same bucket; whoever makes it closes it. */
  storageWith(how: Partial<GCSStorageConfig> = {}): GCSStorage {
    return new GCSStorage(plainToInstance(GCSStorageConfig, this.configuration(how)));
  }

  /** As it crosses to another process. */
  configuration(how: Partial<GCSStorageConfig> = {}): GCSStorageConfig {
    return { bucket_name: 'b', credentials: 'anon', endpoint_url: this.server.base, ...how };
  }

  /** Whether the service has these bytes under `a`. */
  isThere(bytes = this.#bytes): boolean {
    return this.server.objects.get('a')?.equals(bytes) === true;
  }
}

function present<T>(made: T | undefined): T {
  if (made === undefined) throw new Error('no test is running');
  return made;
}
