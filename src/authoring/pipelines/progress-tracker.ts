import { ActionStatus, RunStatus } from '../../foundation/config/enums.js';
import { ActionProgress, type ActionProgressFields, PipelineProgress } from '../reporting/progress-models.js';
import { isTerminal, type RunEvent } from '../reporting/run-event.js';

const END_STATUS = { 'run.completed': 'completed', 'run.failed': 'failed', 'run.cancelled': 'cancelled' } as const;

/** Follows the events of a pipeline's run, and says how far it is. */
export class ProgressTracker {
  readonly #runId: string;
  readonly #actions = new Map<string, ActionProgressFields>();
  #status: RunStatus = RunStatus.Pending;
  #startedAt: string | null = null;
  #completedAt: string | null = null;
  #error: string | null = null;
  #isOver = false;

  /** @param names - Of the pipeline's actions, in order; those that are not named are known from their first event on. */
  constructor(runId: string, names: Iterable<string> = []) {
    this.#runId = runId;
    for (const name of names) this.#actions.set(name, {});
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get progress(): PipelineProgress {
    const actions = [...this.#actions].map(([name, fields]) => new ActionProgress(name, fields));
    const running = actions.find(({ status }) => status === ActionStatus.Running);
    return new PipelineProgress(this.#runId, {
      status: this.#status,
      actions,
      currentAction: running?.name ?? null,
      startedAt: this.#startedAt,
      completedAt: this.#completedAt,
      error: this.#error,
    });
  }

  /** Takes one event; resolves to whether it has changed anything. */
  apply({ type, time, data }: RunEvent): boolean {
    if (type === 'run.started') {
      this.#status = RunStatus.Running;
      this.#startedAt ??= time;
      return true;
    }
    if (isTerminal(type)) {
      this.#end(END_STATUS[type], time, data);
      return true;
    }
    const change = READERS[type]?.(time, data);
    const name = data['step'] ?? data['key'];
    if (!change || typeof name !== 'string' || (type === 'progress' && !this.#isRunning(name))) return false;
    this.#actions.set(name, { ...this.#actions.get(name), ...change });
    return true;
  }

  #isRunning(name: string): boolean {
    return this.#actions.get(name)?.status === ActionStatus.Running;
  }

  #end(status: RunStatus, time: string, data: Readonly<Record<string, unknown>>): void {
    const { message } = (data['error'] ?? {}) as { readonly message?: string };
    this.#status = status;
    this.#completedAt = time;
    this.#error = message ?? null;
    this.#isOver = true;
  }
}

type Reader = (time: string, data: Readonly<Record<string, unknown>>) => ActionProgressFields;

/** What events say about the action that they name. */
const READERS: Readonly<Partial<Record<RunEvent['type'], Reader>>> = {
  'step.started': (startedAt) => ({ status: ActionStatus.Running, startedAt }),
  progress: (_time, data) => ({ progress: Number(data['percent']) / 100 }),
  'step.completed': (completedAt) => ({ status: ActionStatus.Completed, progress: 1, completedAt }),
  'step.skipped': (completedAt) => ({ status: ActionStatus.Skipped, progress: 1, completedAt }),
  'step.failed': (completedAt, data) => ({
    status: ActionStatus.Failed,
    completedAt,
    error: String(data['error'] ?? ''),
  }),
  'step.rolled_back': () => ({ message: 'undone' }),
  'step.rollback_failed': (_time, data) => ({ message: `not undone: ${String(data['error'] ?? '')}` }),
};
