import { ExponentialBackoff, handleWhen, retry, timeout, TimeoutStrategy, wrap } from 'cockatiel';
import { messageOf, SynapseError } from '../../foundation/errors/synapse.error.js';
import type { LogEntry, LoggerBackend } from './logger-backend.interface.js';
import type { ProgressData } from './progress-data.js';
import { SpillBuffer } from './spill-buffer.js';
import { SpillingQueue, type SpillingQueueOptions } from './spilling-queue.js';
import { saveUnsent } from './unsent-file.js';

/** How a {@link BackendSender} treats a platform that is slow or down. */
export interface BackendSenderOptions extends SpillingQueueOptions {
  /** Longest wait for one answer, in milliseconds. @defaultValue 30_000 */
  readonly publishTimeoutMs?: number;
  /** Pause before the first retry, in milliseconds; grows by itself. @defaultValue 100 */
  readonly retryDelayMs?: number;
  /** Longest pause between two tries, in milliseconds. @defaultValue 30_000 */
  readonly maxRetryDelayMs?: number;
  /** How long the end waits for what is still under way, in milliseconds. @defaultValue 10_000 */
  readonly finishTimeoutMs?: number;
  /** Told, in a sentence, when the platform stops taking entries, and what was not delivered in the end. @defaultValue a process warning */
  readonly onTrouble?: (text: string) => void;
}

/** What a platform did not get. */
export interface Undelivered {
  readonly count: number;
  /** File that holds the entries, one a line; absent when the disk refused them or they were lost before. */
  readonly savedTo?: string;
}

type Entry =
  | { readonly id: string; readonly kind: 'log'; readonly log: LogEntry }
  | { readonly id: string; readonly kind: 'progress'; readonly key: string | null; readonly progress: ProgressData }
  | { readonly id: string; readonly kind: 'metrics'; readonly key: string; readonly metrics: Record<string, unknown> };

/**
 * Entries on their way to a platform: sent in the background, one by one, each until it is acknowledged.
 *
 * While the platform is away, only the newest progress and metrics of a key are kept, and logs wait in memory,
 * then on disk. Nothing that goes wrong here reaches the action.
 */
export class BackendSender {
  private readonly queue: SpillingQueue<Entry>;
  private readonly newest: [Map<string | null, string>, Map<string | null, string>] = [new Map(), new Map()];
  private readonly policy;
  private current: Entry | undefined;
  private running: Promise<void> | undefined;
  private isGivenUp = false;
  private isTroubled = false;
  private lostCount = 0;
  private refused: SpillBuffer<Entry> | undefined;
  private report: Undelivered | undefined;

  constructor(
    private readonly backend: LoggerBackend,
    private readonly jobId: string,
    private readonly options: BackendSenderOptions = {},
  ) {
    this.queue = new SpillingQueue<Entry>((entries, unreadable) => {
      this.lostCount += entries.length + unreadable;
    }, options);
    const { retryDelayMs = 100, maxRetryDelayMs = 30_000, publishTimeoutMs = 30_000 } = options;
    const backoff = new ExponentialBackoff({ initialDelay: retryDelayMs, maxDelay: maxRetryDelayMs });
    const retrying = retry(
      handleWhen((error) => !isFinalAnswer(error)),
      {
        maxAttempts: Number.MAX_SAFE_INTEGER,
        backoff,
      },
    ).dangerouslyUnref();
    retrying.onRetry((failure) => this.noteTrouble('error' in failure ? failure.error : undefined));
    this.policy = wrap(retrying, timeout(publishTimeoutMs, TimeoutStrategy.Aggressive).dangerouslyUnref());
  }

  /** How many entries are not acknowledged. */
  get waiting(): number {
    return this.queue.size + (this.current ? 1 : 0);
  }

  /** What the platform did not get in the end. */
  get undelivered(): Undelivered | undefined {
    return this.report;
  }

  /** Sends a log event. */
  log(id: string, log: LogEntry): void {
    this.queue.push({ id, kind: 'log', log });
    this.start();
  }

  /** Sends progress, unless newer progress of the same key overtakes it. */
  progress(id: string, key: string | null, progress: ProgressData): void {
    this.newest[0].set(key, id);
    this.queue.pushLatest({ id, kind: 'progress', key, progress }, 0, key, progress.status);
    this.start();
  }

  /** Sends metrics, unless newer metrics of the same key overtake them. */
  metrics(id: string, key: string, metrics: Record<string, unknown>): void {
    this.newest[1].set(key, id);
    this.queue.pushLatest({ id, kind: 'metrics', key, metrics }, 1, key, '');
    this.start();
  }

  /** Resolves when all is acknowledged. When that takes too long, the rest is written to a file and reported. */
  async finish(): Promise<void> {
    if (this.running) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, this.options.finishTimeoutMs ?? 10_000);
      });
      await Promise.race([this.running, late]);
      clearTimeout(timer);
    }
    if (this.waiting > 0 || this.refused || this.lostCount > 0) this.giveUp();
    this.queue.dispose();
    this.refused?.dispose();
  }

  private start(): void {
    if (this.running || this.isGivenUp) return;
    // Later, not now: the platform's code must not run on the action's own stack.
    this.running = Promise.resolve().then(() => this.run());
  }

  private async run(): Promise<void> {
    for (;;) {
      this.current = this.isGivenUp ? undefined : this.queue.shift();
      if (this.current === undefined) break;
      await this.send(this.current);
    }
    this.running = undefined;
  }

  /** Tries until the entry is acknowledged, refused for good, or no longer worth it. */
  private async send(entry: Entry): Promise<void> {
    let tries = 0;
    try {
      await this.policy.execute(async () => {
        if (this.isGivenUp || (tries++ > 0 && this.isSuperseded(entry))) return;
        await this.publish(entry);
        this.isTroubled = false;
      });
    } catch (error) {
      // One entry that the platform will never take must not hold up those behind it.
      this.noteTrouble(error);
      (this.refused ??= new SpillBuffer<Entry>((entries, unreadable) => {
        this.lostCount += entries.length + unreadable;
      }, this.options)).push([entry]);
    }
  }

  private noteTrouble(error: unknown): void {
    if (this.isTroubled || this.isGivenUp) return;
    this.isTroubled = true;
    this.tell(
      `The platform does not take reports of job ${this.jobId}: ${messageOf(error)}. They are kept and tried again.`,
    );
  }

  private publish(entry: Entry): void | Promise<void> {
    switch (entry.kind) {
      case 'log':
        return this.backend.publishLog(this.jobId, entry.log, entry.id);
      case 'progress':
        return this.backend.publishProgress(this.jobId, entry.progress, entry.key, entry.id);
      case 'metrics':
        return this.backend.publishMetrics(this.jobId, { [entry.key]: entry.metrics }, entry.id);
    }
  }

  /** Whether a newer value of the same key waits: then this one has failed once too often. */
  private isSuperseded(entry: Entry): boolean {
    return entry.kind !== 'log' && this.newest[entry.kind === 'progress' ? 0 : 1].get(entry.key) !== entry.id;
  }

  private giveUp(): void {
    this.isGivenUp = true;
    const entries: Entry[] = this.refused?.take(Infinity) ?? [];
    if (this.current) entries.push(this.current);
    this.current = undefined;
    for (let entry = this.queue.shift(); entry !== undefined; entry = this.queue.shift()) entries.push(entry);
    const savedTo = entries.length > 0 ? saveUnsent(this.jobId, entries, this.options.directory) : undefined;
    this.report = { count: entries.length + this.lostCount, ...(savedTo !== undefined && { savedTo }) };
    const kept = savedTo === undefined ? 'They are lost.' : `${entries.length} of them are kept in ${savedTo}.`;
    this.tell(`${this.report.count} reports of job ${this.jobId} did not reach the platform. ${kept}`);
  }

  private tell(text: string): void {
    if (this.options.onTrouble) this.options.onTrouble(text);
    else process.emitWarning(text, { code: 'SYN_REPORTS_UNDELIVERED' });
  }
}

/** Whether trying again is of no use, because the platform understood the entry and refused it. */
function isFinalAnswer(error: unknown): boolean {
  return SynapseError.is(error) && !error.retryable;
}
