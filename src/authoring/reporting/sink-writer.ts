import type { Clock } from './clock.js';
import type { RunEvent } from './run-event.js';
import { safeJson } from './safe-json.js';

/** Where a stream's events are stored. */
export interface EventSink {
  /**
   * Stores `events`, which come in the order of their numbers. After a failure the same events come again, so one whose
   * `seq` is already stored must be ignored.
   */
  append(runId: string, events: readonly RunEvent[]): void | Promise<void>;
}

/** Whose batches a {@link SinkWriter} writes, and who is told what became of them. */
export interface BatchOwner {
  readonly runId: string;
  readonly sink: EventSink;
  readonly clock: Clock;
  /** `retryDelayMs` is the pause before the first retry, in milliseconds; it doubles up to 5,000. @defaultValue 20 */
  readonly limits: { readonly retryDelayMs?: number } | undefined;
  /** The batch is stored. */
  onStored(events: readonly RunEvent[]): void;
  /** An asynchronous store has answered, well or badly. */
  onSettled(): void;
}

const DEFAULT_RETRY_DELAY_MS = 20;
const MAX_RETRY_DELAY_MS = 5000;

/**
 * Hands batches to a store, one at a time, and repeats a batch until it is stored.
 *
 * The retries are its own, not those of a policy library: with a store that answers at once a batch has to be stored before
 * the call returns, and a policy answers with a promise always.
 */
export class SinkWriter {
  /** Why the last try failed. */
  lastFailure: unknown;
  private batch: readonly RunEvent[] | undefined;
  private inFlight: Promise<void> | undefined;
  private isLent = false;
  /** Resolves at the end of the loan, where somebody waits for it. */
  private loanEnd: PromiseWithResolvers<void> | undefined;
  private failures = 0;
  private retryAtMs = 0;

  constructor(private readonly owner: BatchOwner) {}

  /** The events that are not known to be stored. */
  get unstored(): readonly RunEvent[] {
    return this.batch ?? [];
  }

  /** Whether every batch is stored. */
  get isIdle(): boolean {
    return this.batch === undefined;
  }

  /** Whether the store has to answer first, or the next try is not due yet. */
  get isBusy(): boolean {
    if (this.batch === undefined) return false;
    return this.isLent || this.inFlight !== undefined || this.owner.clock.monotonicMs() < this.retryAtMs;
  }

  /** Hands over a batch; true when it is stored already. Only for an idle writer. */
  write(batch: readonly RunEvent[]): boolean {
    this.batch = batch;
    return this.attempt();
  }

  /** Hands the failed batch over again; true when it is stored already. */
  retry(): boolean {
    // A value that the store cannot serialise would fail for ever, so from the first retry on there is none.
    if (this.failures === 1) this.batch = this.unstored.map((event) => JSON.parse(safeJson(event)) as RunEvent);
    return this.attempt();
  }

  /** Resolves when the store has answered, a loan is over or the next try is due, and after `timeoutMs` in any case. */
  async nextChance(timeoutMs: number): Promise<void> {
    const dueMs = this.retryAtMs - this.owner.clock.monotonicMs();
    const answer = this.isLent ? (this.loanEnd ??= Promise.withResolvers()).promise : this.inFlight;
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, answer ? timeoutMs : Math.min(timeoutMs, Math.max(0, dueMs)));
    });
    await (answer ? Promise.race([answer, waited]) : waited);
    clearTimeout(timer);
  }

  /** Hands what is not known to be stored, and `more`, to somebody else to store. A try under way does not count any more. */
  lend(more: readonly RunEvent[]): readonly RunEvent[] {
    this.batch = this.batch ? [...this.batch, ...more] : more;
    this.inFlight = undefined;
    this.isLent = true;
    return this.batch;
  }

  /** Ends the loan. What is not stored is due again after a pause. */
  takeBack(isStored: boolean): void {
    const events = this.unstored;
    this.endLoan();
    if (isStored || events.length === 0) this.succeed(events);
    else this.fail(this.lastFailure);
    this.owner.onSettled();
  }

  /** Takes the newest event off the batch. */
  dropLast(): void {
    this.batch = this.unstored.slice(0, -1);
  }

  /** Lets go of everything. */
  abandon(): void {
    this.batch = undefined;
    this.inFlight = undefined;
    this.endLoan();
  }

  private endLoan(): void {
    this.isLent = false;
    this.loanEnd?.resolve();
    this.loanEnd = undefined;
  }

  private attempt(): boolean {
    const { runId, sink } = this.owner;
    const events = this.unstored;
    try {
      const answer = sink.append(runId, events);
      if (answer === undefined) {
        this.succeed(events);
        return true;
      }
      this.inFlight = this.settle(answer, events);
    } catch (error) {
      this.fail(error);
    }
    return false;
  }

  private async settle(answer: Promise<void>, events: readonly RunEvent[]): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    try {
      await answer;
    } catch (error) {
      failure = { error };
    }
    if (this.batch !== events) return; // lent meanwhile, or abandoned
    this.inFlight = undefined;
    if (failure) this.fail(failure.error);
    else this.succeed(events);
    this.owner.onSettled();
  }

  private succeed(events: readonly RunEvent[]): void {
    this.batch = undefined;
    this.failures = 0;
    if (events.length > 0) this.owner.onStored(events);
  }

  private fail(error: unknown): void {
    this.lastFailure = error;
    const firstDelayMs = this.owner.limits?.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS;
    const delayMs = Math.min(MAX_RETRY_DELAY_MS, firstDelayMs * 2 ** this.failures++);
    this.retryAtMs = this.owner.clock.monotonicMs() + delayMs;
  }
}
