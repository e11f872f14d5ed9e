import { PlatformClient } from '../platform-client.interface.js';

/** The agent beside a cluster, as actions see it in `ctx.agentClient`. Also the token a host provides its own under. */
export abstract class AgentClient extends PlatformClient {}
