import type { KeptSteps } from '../invocation/kept-steps.js';

/** A node whose run is over, and may have to be undone. */
export interface EndedNode {
  readonly index: number;
  readonly runId: string;
  /** As its action was given them. */
  readonly params: unknown;
  readonly result: unknown;
  /** Where the secrets of its params are found: they are in no store. */
  readonly secretsFrom: unknown;
  /** What its steps have done, where that is in no store. */
  readonly kept?: KeptSteps;
  /** Set for one that is not completed: it has undone its steps itself, as far as that went. */
  readonly hasFailed?: true;
}
