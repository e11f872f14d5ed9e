import type { SynapseError } from '../../foundation/errors/synapse.error.js';

/** How a run ended. The one thing that every executor returns. */
export type RunOutcome =
  | { readonly status: 'completed'; readonly result: unknown }
  | { readonly status: 'failed' | 'cancelled'; readonly error: SynapseError };
