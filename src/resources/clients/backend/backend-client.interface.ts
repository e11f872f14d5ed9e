import { apiPath } from '../http/api-path.js';
import type { PagedResults } from '../paged-results.js';
import type { QueryParams } from '../platform-client.interface.js';
import type { PageOptions } from './data-collection-calls.js';
import { ModelCalls } from './model-calls.js';
import type { PlatformRecord } from './platform-records.js';

/**
 * The platform's backend, as actions see it in `ctx.client`. Also the token a host provides its own under.
 *
 * What the platform can do stands here once, on the few methods that send something; {@link HttpBackendClient} has those.
 */
export abstract class BackendClient extends ModelCalls {
  /** Assignments by what they belong to, e.g. `{ project: 4 }`; a page at a time. */
  listAssignments(query: QueryParams = {}, options: PageOptions = {}): PagedResults<PlatformRecord> {
    return this.list('sdk/assignments/', query, options);
  }

  getAssignment(id: number): Promise<PlatformRecord> {
    return this.get(apiPath`assignments/${id}/`);
  }

  /** Tasks by what they belong to, e.g. `{ project: 4 }`; a page at a time. */
  listTasks(query: QueryParams = {}, options: PageOptions = {}): PagedResults<PlatformRecord> {
    return this.list('sdk/tasks/', query, options);
  }

  /** What ground truth consists of; a page at a time. */
  listGroundTruthEvents(query: QueryParams = {}, options: PageOptions = {}): PagedResults<PlatformRecord> {
    return this.list('sdk/ground_truth_events/', query, options);
  }

  getGroundTruthVersion(id: number): Promise<PlatformRecord> {
    return this.get(apiPath`ground_truth_dataset_versions/${id}/`);
  }
}
