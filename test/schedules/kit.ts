import type * as testing from '../../src/interfaces/testing/index.js';
import type * as api from '../../src/index.js';

/**
 * What schedules are run with. Specs hand over the sources, the bench the built package: these files import nothing but types, so that
 * Node can load them as they are.
 */
export type Kit = Pick<typeof api, 'StepResult'> &
  Pick<typeof testing, 'SimulatedCluster' | 'DecoratedRunStore' | 'inlineActions'>;
