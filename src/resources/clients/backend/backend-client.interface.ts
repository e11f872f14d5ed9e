import { PlatformClient } from '../platform-client.interface.js';

/** The platform's backend, as actions see it in `ctx.client`. Also the token a host provides its own under. */
export abstract class BackendClient extends PlatformClient {}
