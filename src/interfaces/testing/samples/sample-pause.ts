import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/** How long the sample actions work; a test that has no time to lose overrides it. */
@Injectable()
export class SamplePause {
  /** Resolves after `ms`, and rejects when the run is told to end before. */
  async take(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(ms, undefined, { signal });
  }
}
