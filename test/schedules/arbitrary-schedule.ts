import fc from 'fast-check';
import type { StoreFault } from '../../src/interfaces/testing/index.js';
import type { FaultAt, Incident, Schedule } from './schedule.js';

const LAST_INCIDENT_MS = 5_000;

const fault: fc.Arbitrary<StoreFault> = fc.oneof(
  fc.record({ kind: fc.constant('error' as const), isDone: fc.boolean() }),
  fc.record({ kind: fc.constant('slow' as const), ms: fc.integer({ min: 1, max: 1_500 }) }),
  fc.record({ kind: fc.constant('twice' as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
  fc.record({ kind: fc.constant('crash' as const), isDone: fc.boolean() }),
);

const faultAt: fc.Arbitrary<FaultAt> = fc.record({
  process: fc.integer({ min: 0, max: 3 }),
  call: fc.integer({ min: 2, max: 40 }),
  fault,
});

const incident: fc.Arbitrary<Incident> = fc.record({
  atMs: fc.integer({ min: 0, max: LAST_INCIDENT_MS }),
  kind: fc.constantFrom('kill', 'kill', 'block', 'block', 'cancel', 'start'),
  process: fc.integer({ min: 0, max: 3 }),
  ms: fc.integer({ min: 100, max: 4_000 }),
});

/** Any schedule; one that breaks a promise is made smaller as long as it does. */
export const arbitrarySchedule: fc.Arbitrary<Schedule> = fc.record({
  workMs: fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 6, maxLength: 6 }),
  failing: fc.integer({ min: -1, max: 5 }),
  undoFailures: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 6, maxLength: 6 }),
  incidents: fc.array(incident, { maxLength: 4 }),
  faults: fc.array(faultAt, { maxLength: 6 }),
});
