/** What a finished step can say besides its data. */
export interface StepSuccessOptions {
  /** What the undo needs, e.g. the ids of what was made. */
  readonly rollbackData?: Readonly<Record<string, unknown>>;
}

/** What a failed step can say besides its message. */
export interface StepFailureOptions {
  /** What was thrown. */
  readonly cause?: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
  /** What the undo of what was done up to the failure needs. */
  readonly rollbackData?: Readonly<Record<string, unknown>>;
}

/** A result as a journal keeps it. */
export interface StepResultJson {
  readonly success: boolean;
  readonly skipped: boolean;
  readonly data: Readonly<Record<string, unknown>>;
  readonly error: string | null;
  readonly rollback_data: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** What a result can be made of. Everything has a default: a success without data. */
export type StepResultFields = Partial<Omit<StepResultJson, 'rollback_data'>> & StepFailureOptions;

/** One object for all results that have nothing to say: an action may have thousands of them. */
const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

const BRAND = Symbol.for('synapse:step-result');

/** How a step ended. What it returns and what its undo needs are two values. */
export class StepResult {
  readonly success: boolean;
  readonly skipped: boolean;
  readonly data: Readonly<Record<string, unknown>>;
  /** Why it failed, or null. */
  readonly error: string | null;
  /** What the undo needs; always an object, so that an undo never has to ask. */
  readonly rollbackData: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** What was thrown. Stays in this process: only the message is kept. */
  declare readonly cause?: unknown;

  constructor({
    success = true,
    skipped = false,
    data,
    error = null,
    rollbackData,
    timestamp,
    cause,
  }: StepResultFields = {}) {
    this.success = success;
    this.skipped = skipped;
    this.data = data ?? NOTHING;
    this.error = error;
    this.rollbackData = rollbackData ?? NOTHING;
    this.timestamp = timestamp ?? Date.now();
    if (cause !== undefined) Object.defineProperty(this, 'cause', { value: cause, configurable: true });
  }

  /** The step did its work. */
  static ok(data?: Readonly<Record<string, unknown>>, options?: StepSuccessOptions): StepResult {
    return new StepResult({ data, rollbackData: options?.rollbackData });
  }

  /**
   * The step could not do its work. Its own undo runs first, then those of the steps before it.
   *
   * @param message - Why, for people; null where nothing is known.
   */
  static fail(message: string | null, { cause, data, rollbackData }: StepFailureOptions = {}): StepResult {
    return new StepResult({ success: false, error: message, cause, data, rollbackData });
  }

  /**
   * There was nothing to do, as the step found out while it executed. It counts as executed and is undone like the others; a step that
   * can tell before says so in `canSkip`.
   */
  static skipped(): StepResult {
    return new StepResult({ skipped: true });
  }

  /** Whether `value` is a result, also one of another copy of the package. */
  static is(value: unknown): value is StepResult {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  static fromJSON({ rollback_data, ...fields }: StepResultJson): StepResult {
    return new StepResult({ ...fields, rollbackData: rollback_data });
  }

  get [BRAND](): true {
    return true;
  }

  toJSON(): StepResultJson {
    const { success, skipped, data, error, rollbackData, timestamp } = this;
    return { success, skipped, data, error, rollback_data: rollbackData, timestamp };
  }
}
