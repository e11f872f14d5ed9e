import { apiPath } from '../http/api-path.js';
import type { PagedResults } from '../paged-results.js';
import type { CallOptions, QueryParams } from '../platform-client.interface.js';
import { withoutNulls } from './answer-shape.js';
import type { ChunkedUploadOptions } from './chunked-upload.js';
import { DataCollectionCalls, type PageOptions } from './data-collection-calls.js';
import type { NewModel, NewServeApplication, PlatformModel, PlatformRecord } from './platform-records.js';

/** How a model gets to the platform. */
export interface ModelOptions extends ChunkedUploadOptions {
  /** Headers of the request that makes the model, e.g. `idempotency-key`. @defaultValue none */
  readonly headers?: CallOptions['headers'];
}

/** The platform's models, and the applications that serve them. */
export abstract class ModelCalls extends DataCollectionCalls {
  listModels(query: QueryParams = {}, options: PageOptions = {}): PagedResults<PlatformModel> {
    return this.list('models/', query, options);
  }

  /** A model as the platform describes it. Its file is not downloaded. */
  getModel(id: number, query: QueryParams = {}, options: CallOptions = {}): Promise<PlatformModel> {
    return this.get(apiPath`models/${id}/`, query, options);
  }

  /** Keeps a model on the platform, with a file that goes there in pieces. */
  async createModel(data: NewModel, file?: string, options: ModelOptions = {}): Promise<PlatformModel> {
    const { signal, headers } = options;
    const upload = file === undefined ? undefined : await this.createChunkedUpload(file, options);
    const body = { ...withoutNulls(data), ...(upload && { chunked_upload: upload.id }) };
    return this.post('models/', body, { signal, headers });
  }

  /**
   * Finds the model that a request with this `idempotency-key` has made, as {@link DataCollectionCalls.findDataFile} finds a file: it asks for a model of nothing with
   * the same key. A platform that knows no keys and makes models without a name makes one here, and says which.
   */
  findModel(idempotencyKey: string, options: CallOptions = {}): Promise<PlatformModel | undefined> {
    return this.findMade<PlatformModel>('models/', idempotencyKey, options);
  }

  /** Removes a model; one that is gone already is fine. */
  deleteModel(id: number, options: CallOptions = {}): Promise<void> {
    return this.deleteOnce(apiPath`models/${id}/`, options);
  }

  listServeApplications(query: QueryParams = {}, options: PageOptions = {}): PagedResults<PlatformRecord> {
    return this.list('serve_applications/', query, options);
  }

  /** Tells the platform about an application that serves. */
  createServeApplication(data: NewServeApplication, options: CallOptions = {}): Promise<PlatformRecord> {
    return this.post('serve_applications/', { num_replicas: 1, ...withoutNulls(data) }, options);
  }

  /** Changes what the platform knows about an application. */
  updateServeApplication(
    id: number,
    data: Partial<NewServeApplication>,
    options: CallOptions = {},
  ): Promise<PlatformRecord> {
    return this.patch(apiPath`serve_applications/${id}/`, withoutNulls(data), options);
  }

  /** Has the platform forget an application; one that is gone already is fine. */
  deleteServeApplication(id: number, options: CallOptions = {}): Promise<void> {
    return this.deleteOnce(apiPath`serve_applications/${id}/`, options);
  }
}
