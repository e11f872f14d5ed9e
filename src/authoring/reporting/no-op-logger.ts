import { BaseLogger } from './base-logger.js';

/** Keeps progress and metrics, and emits nothing. */
export class NoOpLogger extends BaseLogger {
  protected override onLog(): void {
    // Nobody listens.
  }
}
