import { ActionStatus, RunStatus } from '../../foundation/config/enums.js';
import { ReportingValueError } from '../../foundation/errors/reporting.errors.js';

/** What is known of one action, apart from its name. Everything has a default. */
export interface ActionProgressFields {
  /** @defaultValue `pending` */
  readonly status?: ActionStatus;
  /** Done so far, 0 to 1. @defaultValue 0 */
  readonly progress?: number;
  /** Phase the action is in, or null. */
  readonly progressCategory?: string | null;
  readonly message?: string | null;
  /** Null only where a peer sent null. @defaultValue `{}` */
  readonly metrics?: Readonly<Record<string, unknown>> | null;
  /** ISO 8601, as it was given. */
  readonly startedAt?: string | null;
  readonly completedAt?: string | null;
  readonly error?: string | null;
}

/** The JSON form of an {@link ActionProgress}. */
export interface ActionProgressDict {
  readonly name: string;
  readonly status: ActionStatus;
  readonly progress: number;
  readonly progress_category: string | null;
  readonly message: string | null;
  readonly metrics: Readonly<Record<string, unknown>> | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly error: string | null;
}

/** How far one action of a pipeline run is. */
export class ActionProgress {
  readonly status: ActionStatus;
  readonly progress: number;
  readonly progressCategory: string | null;
  readonly message: string | null;
  readonly metrics: Readonly<Record<string, unknown>> | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly error: string | null;

  constructor(
    readonly name: string,
    fields: ActionProgressFields = {},
  ) {
    this.status = fields.status ?? ActionStatus.Pending;
    this.progress = fields.progress ?? 0;
    this.progressCategory = fields.progressCategory ?? null;
    this.message = fields.message ?? null;
    this.metrics = fields.metrics === undefined ? {} : fields.metrics;
    this.startedAt = fields.startedAt ?? null;
    this.completedAt = fields.completedAt ?? null;
    this.error = fields.error ?? null;
  }

  toDict(): ActionProgressDict {
    return {
      name: this.name,
      status: this.status,
      progress: this.progress,
      progress_category: this.progressCategory,
      message: this.message,
      metrics: this.metrics,
      started_at: this.startedAt,
      completed_at: this.completedAt,
      error: this.error,
    };
  }

  /**
   * Reads the JSON form; all but `name` and `status` may be missing.
   *
   * @throws {@link ReportingValueError} on a missing or unknown value, or a time that is none.
   */
  static fromDict(dict: unknown): ActionProgress {
    const values = recordOf(dict, 'Action progress');
    return new ActionProgress(textAt(values, 'name'), {
      status: wordAt(values, 'status', ActionStatus),
      progress: numberAt(values, 'progress'),
      progressCategory: optionalTextAt(values, 'progress_category'),
      message: optionalTextAt(values, 'message'),
      metrics: metricsAt(values),
      startedAt: timeAt(values, 'started_at'),
      completedAt: timeAt(values, 'completed_at'),
      error: optionalTextAt(values, 'error'),
    });
  }
}

/** What is known of a pipeline run, apart from its id. Everything has a default. */
export interface PipelineProgressFields {
  /** @defaultValue `pending` */
  readonly status?: RunStatus;
  /** By name; two entries of one name are one, the later. @defaultValue none */
  readonly actions?: readonly ActionProgress[];
  readonly currentAction?: string | null;
  /** ISO 8601, as it was given. */
  readonly startedAt?: string | null;
  readonly completedAt?: string | null;
  readonly error?: string | null;
}

/** The JSON form of a {@link PipelineProgress}, its sums included. */
export interface PipelineProgressDict {
  readonly run_id: string;
  readonly status: RunStatus;
  readonly actions: Readonly<Record<string, ActionProgressDict>>;
  readonly current_action: string | null;
  readonly overall_progress: number;
  readonly completed_actions: number;
  readonly total_actions: number;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly error: string | null;
}

/** How far a pipeline run is, action by action. */
export class PipelineProgress {
  readonly status: RunStatus;
  readonly actions: ReadonlyMap<string, ActionProgress>;
  readonly currentAction: string | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly error: string | null;

  constructor(
    readonly runId: string,
    fields: PipelineProgressFields = {},
  ) {
    this.status = fields.status ?? RunStatus.Pending;
    this.actions = new Map((fields.actions ?? []).map((action) => [action.name, action]));
    this.currentAction = fields.currentAction ?? null;
    this.startedAt = fields.startedAt ?? null;
    this.completedAt = fields.completedAt ?? null;
    this.error = fields.error ?? null;
  }

  /** Plain mean of the actions' progress, 0 without actions. */
  get overallProgress(): number {
    const all = [...this.actions.values()];
    return all.length === 0 ? 0 : all.reduce((sum, { progress }) => sum + progress, 0) / all.length;
  }

  /** Actions that were completed; skipped ones were not. */
  get completedActions(): number {
    return [...this.actions.values()].filter(({ status }) => status === ActionStatus.Completed).length;
  }

  get totalActions(): number {
    return this.actions.size;
  }

  toDict(): PipelineProgressDict {
    return {
      run_id: this.runId,
      status: this.status,
      actions: Object.fromEntries([...this.actions].map(([name, action]) => [name, action.toDict()])),
      current_action: this.currentAction,
      overall_progress: this.overallProgress,
      completed_actions: this.completedActions,
      total_actions: this.totalActions,
      started_at: this.startedAt,
      completed_at: this.completedAt,
      error: this.error,
    };
  }

  /**
   * Reads the JSON form; all but `run_id` and `status` may be missing, and the sums are counted again.
   *
   * @throws {@link ReportingValueError} on a missing or unknown value, or a time that is none.
   */
  static fromDict(dict: unknown): PipelineProgress {
    const values = recordOf(dict, 'Pipeline progress');
    return new PipelineProgress(textAt(values, 'run_id'), {
      status: wordAt(values, 'status', RunStatus),
      actions: Object.values(recordOf(values['actions'] ?? {}, `'actions'`)).map((action) =>
        ActionProgress.fromDict(action),
      ),
      currentAction: optionalTextAt(values, 'current_action'),
      startedAt: timeAt(values, 'started_at'),
      completedAt: timeAt(values, 'completed_at'),
      error: optionalTextAt(values, 'error'),
    });
  }
}

/** What an action of a pipeline left behind, so that a resumed run need not do it again. */
export class Checkpoint {
  constructor(
    readonly runId: string,
    readonly actionName: string,
    readonly result: unknown,
    /** ISO 8601, UTC. @defaultValue now */
    readonly createdAt: string = new Date().toISOString(),
  ) {}

  toDict(): Record<'run_id' | 'action_name' | 'result' | 'created_at', unknown> {
    return { run_id: this.runId, action_name: this.actionName, result: this.result, created_at: this.createdAt };
  }
}

function recordOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ReportingValueError(`${what} must be a mapping, got ${JSON.stringify(value) ?? typeof value}.`);
}

function textAt(values: Record<string, unknown>, key: string): string {
  const value = values[key];
  if (typeof value === 'string') return value;
  return refuse(key, 'text', value);
}

function optionalTextAt(values: Record<string, unknown>, key: string): string | null {
  const value = values[key];
  return value === undefined || value === null ? null : textAt(values, key);
}

function numberAt(values: Record<string, unknown>, key: string): number {
  const value = values[key] ?? 0;
  return typeof value === 'number' ? value : refuse(key, 'a number', value);
}

function wordAt<T extends string>(values: Record<string, unknown>, key: string, words: Readonly<Record<string, T>>): T {
  const allowed = Object.values(words);
  const found = allowed.find((word) => word === values[key]);
  return found ?? refuse(key, `one of ${allowed.join(', ')}`, values[key]);
}

function metricsAt(values: Record<string, unknown>): Readonly<Record<string, unknown>> | null | undefined {
  const { metrics } = values;
  return metrics === undefined || metrics === null ? metrics : recordOf(metrics, `'metrics'`);
}

/** A time stays the text it was, so that a round trip loses neither its zone nor its lack of one. */
function timeAt(values: Record<string, unknown>, key: string): string | null {
  const text = optionalTextAt(values, key);
  if (text === null) return null;
  const isTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(text);
  return isTime && !Number.isNaN(Date.parse(text)) ? text : refuse(key, 'an ISO 8601 time', text);
}

function refuse(key: string, expected: string, value: unknown): never {
  const found = value === undefined ? 'nothing' : JSON.stringify(value);
  throw new ReportingValueError(`'${key}' must be ${expected}, got ${found}.`, { details: { key, expected } });
}
