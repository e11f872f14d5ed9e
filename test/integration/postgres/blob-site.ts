import type {
  PostgresRunStore,
  PostgresRunStoreOptions,
} from '../../../src/runtime/run-store/postgres/postgres-run-store.js';
import { BlobPlace } from './blob-place.js';
import { type PostgresNeed, PostgresSandbox } from './postgres-sandbox.js';

/** A value that is kept outside of its run's row. */
export const LARGE = { text: 'large '.repeat(20_000) };

/** What specs of large values in a storage work with: a sandbox for all their tests, and for each a schema and a folder of its own. */
export class BlobSite {
  #sandbox: PostgresSandbox | undefined;
  #place: BlobPlace | undefined;
  #schema = '';

  /** Called within `describe`: opens and closes itself around its tests. */
  static forEach(need: PostgresNeed): BlobSite {
    const site = new BlobSite();
    beforeAll(async () => {
      site.#sandbox = await PostgresSandbox.open(need);
    });
    afterAll(() => site.#sandbox?.close());
    beforeEach(() => {
      site.#place = new BlobPlace();
      site.#schema = site.sandbox.newSchema();
    });
    afterEach(() => site.#place?.remove());
    return site;
  }

  get sandbox(): PostgresSandbox {
    return given(this.#sandbox);
  }

  /** Where the large values of this test go. */
  get place(): BlobPlace {
    return given(this.#place);
  }

  /** The schema of this test. */
  get schema(): string {
    return this.#schema;
  }

  /** One more store in this test's schema, with this test's folder unless `options` say otherwise. */
  store(options: Partial<PostgresRunStoreOptions> = {}): PostgresRunStore {
    return this.sandbox.store({ schema: this.schema, blobStorage: this.place.url, ...options });
  }
}

function given<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('The site is there within tests only.');
  return part;
}
