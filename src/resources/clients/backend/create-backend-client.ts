import { type CredentialsOptions, loadCredentials } from '../../../foundation/environment/credentials.js';
import { type BackendClientOptions, HttpBackendClient } from './http-backend-client.js';

/** A client with the credentials of the environment, else of the user's file; undefined when nobody has logged in. */
export function createBackendClient(
  credentials: CredentialsOptions = {},
  options: Partial<BackendClientOptions> = {},
): HttpBackendClient | undefined {
  const { host, accessToken } = loadCredentials(credentials);
  return accessToken === null ? undefined : new HttpBackendClient({ host, accessToken, ...options });
}
