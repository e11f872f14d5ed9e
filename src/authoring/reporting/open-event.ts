import type { RunEvent, RunEventType } from './run-event.js';

/** An event, at first without its number. A class, since stores in memory keep events: see `MemoryEntry`. */
export class OpenEvent implements RunEvent {
  // In the order in which they are shown.
  seq: number;
  readonly type: RunEventType;
  readonly run_id: string;
  readonly attempt: number;
  readonly time: string;
  data: Record<string, unknown>;

  constructor(
    { runId, attempt }: { readonly runId: string; readonly attempt: number },
    type: RunEventType,
    time: string,
    data: Record<string, unknown>,
  ) {
    this.seq = 0;
    this.type = type;
    this.run_id = runId;
    this.attempt = attempt;
    this.time = time;
    this.data = data;
  }
}
