import { apiPath } from '../http/api-path.js';
import type { PagedResults } from '../paged-results.js';
import type { CallOptions, QueryParams } from '../platform-client.interface.js';
import { withoutNulls } from './answer-shape.js';
import type { ChunkedUploadOptions } from './chunked-upload.js';
import { DataCollectionCalls, type PageOptions } from './data-collection-calls.js';
import type { NewModel, NewServeApplication, PlatformModel, PlatformRecord } from './platform-records.js';

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
  async createModel(data: NewModel, file?: string, options: ChunkedUploadOptions = {}): Promise<PlatformModel> {
    const { signal } = options;
    const upload = file === undefined ? undefined : await this.createChunkedUpload(file, options);
    return this.post('models/', { ...withoutNulls(data), ...(upload && { chunked_upload: upload.id }) }, { signal });
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
