import type { ErrorKind } from '../../foundation/errors/synapse.error.js';

/** What the process ends with, by what a caller can do about the failure. 0 is success. */
export const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  execution: 1,
  usage: 2,
  config: 3,
  validation: 4,
  remote: 5,
  cancelled: 130,
};
