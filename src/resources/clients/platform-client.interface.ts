/** Query values of one call; undefined ones are left out. */
export type QueryParams = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * JSON over HTTP with credentials, retries and typed errors: what every client of the platform offers.
 * Methods throw a `ClientError` of the matching class for an error status, a lost connection or a timeout.
 */
export abstract class PlatformClient {
  /** Base URL the paths are relative to. */
  abstract readonly baseUrl: string;
  abstract get<T>(path: string, query?: QueryParams): Promise<T>;
  abstract post<T>(path: string, body?: unknown): Promise<T>;
  abstract put<T>(path: string, body?: unknown): Promise<T>;
  abstract patch<T>(path: string, body?: unknown): Promise<T>;
  abstract delete<T>(path: string): Promise<T>;
}
