import { UsageError } from '../../foundation/errors/run.errors.js';
import type { MaybePromise, RunStore } from '../../runtime/run-store/run-store.interface.js';
import { DecoratedRunStore, type StoreCall, type StoreMethod } from '../../runtime/run-store/decorated-run-store.js';

/** When a process dies: before a write begins, in the middle of it, or when it is durable and nobody knows yet. */
export const CrashMoment = { Before: 'before', Torn: 'torn', After: 'after' } as const;
/** One of {@link CrashMoment}. */
export type CrashMoment = (typeof CrashMoment)[keyof typeof CrashMoment];

/** Where a process dies. */
export interface CrashPoint {
  /** Number of the write, from 1. Writes are what runs make by themselves: those of their creation, steps, end and takeover. */
  readonly write: number;
  readonly moment: CrashMoment;
}

/** How a {@link CrashingRunStore} crashes. */
export interface CrashOptions {
  /** @defaultValue never */
  readonly point?: CrashPoint;
  /** What a crash is; nothing that the process does afterwards counts. @defaultValue the process kills itself, as `kill -9` would */
  readonly crash?: () => void;
  /** For `torn`: has the write that follows crash half-way, e.g. {@link tearSqliteWrite}. */
  readonly tear?: (crash: () => void) => void;
}

/** Name of the environment variable that {@link CrashingRunStore.fromEnvironment} reads: `<number>:<moment>`, e.g. `3:after`. */
export const CRASH_VARIABLE = 'SYNAPSE_TEST_CRASH';

/** Renewals and batches of events come with the time, and would make the count a matter of luck. */
const COUNTED: ReadonlySet<StoreMethod> = new Set(['create', 'update', 'commit', 'claim', 'requestCancel']);

/** A store whose process dies at one of its writes. From then on no call is answered. */
export class CrashingRunStore extends DecoratedRunStore {
  readonly #options: CrashOptions;
  #writes = 0;
  #isDead = false;

  constructor(store: RunStore, options: CrashOptions = {}) {
    super(store);
    this.#options = options;
    if (options.point?.moment === CrashMoment.Torn && !options.tear) {
      throw new UsageError('A torn write needs `tear`: how the store is interrupted depends on what it writes to.');
    }
  }

  /**
   * The store as the environment of a child process wants it.
   *
   * @throws UsageError when the variable says something else than a number and a moment.
   */
  static fromEnvironment(store: RunStore, options: Omit<CrashOptions, 'point'> = {}): CrashingRunStore {
    const text = process.env[CRASH_VARIABLE];
    return new CrashingRunStore(store, text === undefined ? options : { ...options, point: parseCrashPoint(text) });
  }

  /** Writes so far: a run that does not crash tells how many points there are. */
  get writes(): number {
    return this.#writes;
  }

  /** Whether the crash has happened. */
  get isDead(): boolean {
    return this.#isDead;
  }

  protected override around<T>({ method }: StoreCall, work: () => MaybePromise<T>): MaybePromise<T> {
    if (this.#isDead) return never();
    const { point } = this.#options;
    if (!COUNTED.has(method) || ++this.#writes !== point?.write) return work();
    if (point.moment === CrashMoment.Before) return this.#die();
    if (point.moment === CrashMoment.Torn) this.#options.tear?.(() => void this.#die());
    const answer = work();
    return answer instanceof Promise
      ? answer.then(
          () => this.#die(),
          () => this.#die(),
        )
      : this.#die();
  }

  #die(): Promise<never> {
    if (!this.#isDead) {
      this.#isDead = true;
      (this.#options.crash ?? killThisProcess)();
    }
    return never();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** @throws UsageError. */
function parseCrashPoint(text: string): CrashPoint {
  const [, write, moment] = /^([1-9]\d*):(before|torn|after)$/.exec(text) ?? [];
  if (write === undefined) {
    throw new UsageError(
      `${CRASH_VARIABLE} must be the number of a write and 'before', 'torn' or 'after', e.g. '3:after'; got '${text}'.`,
    );
  }
  return { write: Number(write), moment: moment as CrashMoment };
}

function killThisProcess(): void {
  process.kill(process.pid, 'SIGKILL');
}
