import { boundRun } from '../../src/authoring/context/run-binding.fixture.js';
import { RuntimeContext } from '../../src/authoring/context/runtime-context.js';
import { BaseStep, type StepLike } from '../../src/authoring/steps/base-step.js';
import { StepContext } from '../../src/authoring/steps/step-context.js';
import { StepOrchestrator } from '../../src/authoring/steps/step-orchestrator.js';
import { StepRegistry } from '../../src/authoring/steps/step-registry.js';
import { StepResult } from '../../src/authoring/steps/step-result.js';
import { messageOf } from '../../src/foundation/errors/synapse.error.js';
import { RecordingLogger, type Emitted } from './recording-logger.js';

/** A step as the recorded cases describe it. */
export interface RecordedStep {
  readonly name: string;
  readonly weight?: number;
  readonly skip?: true | 'throw';
  readonly do?: 'fail' | 'throw' | 'null' | 'report';
  readonly error?: string;
  readonly rollback?: 'throw';
}

/** What came of a recorded execution. */
export interface RecordedExecution {
  readonly outcome: { readonly value?: unknown; readonly error?: { readonly message: string } };
  readonly trace: readonly string[];
  readonly progress: readonly (readonly [number, number])[];
  readonly step_results: readonly object[];
  readonly errors: readonly string[];
  readonly current_step_after: string | null;
  readonly logger_events: readonly Emitted[];
}

/** How an execution is set up. */
export interface Setting {
  readonly wrap?: (step: StepLike) => StepLike;
  /** Number of the call at which the progress callback throws. */
  readonly throwsAtCall?: number;
}

class TracedStep extends BaseStep {
  override readonly name: string;
  override readonly progressWeight: number;

  constructor(
    private readonly recorded: RecordedStep,
    private readonly trace: string[],
  ) {
    super();
    this.name = recorded.name;
    this.progressWeight = recorded.weight ?? 1;
  }

  override canSkip(): boolean {
    this.trace.push(`can_skip ${this.name}`);
    if (this.recorded.skip === 'throw') throw new Error('skip boom');
    return this.recorded.skip === true;
  }

  execute(context: StepContext): StepResult {
    this.trace.push(`execute ${this.name}`);
    const { do: what, error = 'bad' } = this.recorded;
    if (what === 'throw') throw new Error('boom');
    if (what === 'null') return undefined as never;
    if (what === 'fail') return StepResult.fail(error, { rollbackData: { id: this.name } });
    if (what === 'report') {
      context.log('inside', { s: this.name });
      context.setProgress(1, 2);
      context.setMetrics({ m: 1 });
    }
    return StepResult.ok({ out: this.name }, { rollbackData: { id: this.name } });
  }

  override rollback(_context: StepContext, { success, rollbackData }: StepResult): void {
    const data = JSON.stringify(rollbackData).replaceAll('":', '": ');
    this.trace.push(`rollback ${this.name} success=${success} rollback_data=${data}`);
    if (this.recorded.rollback === 'throw') throw new Error('rollback boom');
  }
}

/** A context like that of an action, over a logger that remembers. */
export function recordedContext(): { readonly context: StepContext; readonly logger: RecordingLogger } {
  const logger = new RecordingLogger();
  return { context: new StepContext(new RuntimeContext(boundRun({}, { logger }).binding)), logger };
}

/** Executes steps as the recorded cases did, and says what came of it in their words. */
export async function executeRecorded(
  steps: readonly RecordedStep[],
  { wrap = (step) => step, throwsAtCall = 0 }: Setting = {},
): Promise<RecordedExecution> {
  const trace: string[] = [];
  const progress: [number, number][] = [];
  const { context, logger } = recordedContext();
  const registry = new StepRegistry();
  for (const step of steps) registry.register(wrap(new TracedStep(step, trace)));
  const onProgress = (percent: number, total: number): void => {
    trace.push(`progress ${percent}/${total}`);
    if (progress.push([percent, total]) === throwsAtCall) throw new Error('callback boom');
  };
  const outcome = await outcomeOf(new StepOrchestrator(registry, context, { onProgress }));
  return {
    outcome,
    trace,
    progress,
    step_results: context.stepResults.map(({ success, skipped, error, data }) => ({ success, skipped, error, data })),
    errors: context.errors,
    current_step_after: context.currentStep,
    logger_events: logger.emitted,
  };
}

/** What an orchestrator returns or throws, in the words of the recorded cases. */
export async function outcomeOf(orchestrator: StepOrchestrator): Promise<RecordedExecution['outcome']> {
  try {
    return { value: await orchestrator.execute() };
  } catch (thrown) {
    return { error: { message: messageOf(thrown) } };
  }
}

/** A recorded execution without what another language cannot have: the class of its errors. */
export function comparable(recorded: RecordedExecution): RecordedExecution {
  const { value, error } = recorded.outcome;
  return { ...recorded, outcome: error ? { error: { message: error.message } } : { value } };
}
