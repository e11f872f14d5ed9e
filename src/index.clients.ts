export { BackendClient } from './resources/clients/backend/backend-client.interface.js';
export { type ChunkedUpload, type ChunkedUploadOptions } from './resources/clients/backend/chunked-upload.js';
export { createBackendClient } from './resources/clients/backend/create-backend-client.js';
export { type DataFileOptions, type PageOptions } from './resources/clients/backend/data-collection-calls.js';
export { type BackendClientOptions, HttpBackendClient } from './resources/clients/backend/http-backend-client.js';
export {
  type DataCollection,
  type DataFile,
  type DataUnit,
  type DataUnitFile,
  type FileSpecification,
  type NewDataUnit,
  type NewModel,
  type NewServeApplication,
  type PlatformModel,
  type PlatformRecord,
} from './resources/clients/backend/platform-records.js';
export { type FormFile, type MultipartForm } from './resources/clients/http/multipart-form.js';
export { type RetryOptions } from './resources/clients/http/retry-rule.js';
export { type PageFetcher, PagedResults, type ResultPage } from './resources/clients/paged-results.js';
export { type CallOptions, PlatformClient, type QueryParams } from './resources/clients/platform-client.interface.js';
