import type { BackendClient } from '../../../resources/clients/backend/backend-client.interface.js';
import type { PlatformRecord } from '../../../resources/clients/backend/platform-records.js';
import type { PagedResults } from '../../../resources/clients/paged-results.js';
import type { QueryParams } from '../../../resources/clients/platform-client.interface.js';
import { ExportTarget } from './base-export-params.js';

/** What the platform has of a kind of results, a page at a time. */
export function platformResults(
  client: BackendClient,
  target: ExportTarget,
  { filters, signal }: { readonly filters: Readonly<Record<string, unknown>>; readonly signal: AbortSignal },
): PagedResults<PlatformRecord> {
  const options = { signal, pageSize: 100 };
  const query = filters as QueryParams;
  if (target === ExportTarget.GroundTruth) return client.listGroundTruthEvents(query, options);
  return target === ExportTarget.Task ? client.listTasks(query, options) : client.listAssignments(query, options);
}
