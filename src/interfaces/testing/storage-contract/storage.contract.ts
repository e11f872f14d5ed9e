import type { TestFrame } from '../../../runtime/run-store/test-frame.js';
import { describeCancelling } from './cancelling.contract.js';
import { describeKeys } from './keys.contract.js';
import { describeListing } from './listing.contract.js';
import { describeReading } from './reading.contract.js';
import { describeRemoval } from './removal.contract.js';
import { describeVolume } from './volume.contract.js';
import { describeWriting } from './writing.contract.js';
import { sceneOf, type StorageSubject } from './storage-subject.js';

/**
 * What every `StorageProvider` must hold to; each provider runs it, against the real thing.
 *
 * @param frame - The functions of the test runner.
 *
 * @example
 * ```ts
 * describeStorageProvider({ describe, it, expect, beforeEach, afterEach }, { create: () => new MyStorage(configuration) });
 * ```
 */
export function describeStorageProvider(frame: TestFrame, subject: StorageSubject): void {
  const scene = sceneOf(frame, subject);
  describeWriting(frame, scene);
  describeReading(frame, scene);
  describeKeys(frame, scene);
  describeListing(frame, scene, subject);
  describeRemoval(frame, scene, subject);
  describeCancelling(frame, scene);
  describeVolume(frame, scene);
}
