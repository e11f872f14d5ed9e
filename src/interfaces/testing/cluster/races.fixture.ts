import type { StepLike } from '../../../authoring/steps/base-step.js';
import type { StepContext } from '../../../authoring/steps/step-context.js';
import { StepResult } from '../../../authoring/steps/step-result.js';
import type { RunEvent } from '../../../authoring/reporting/run-event.js';
import type { RunRecord } from '../../../runtime/run-store/run-record.js';
import { inlineActions } from './inline-action.js';
import { SimulatedCluster } from './simulated-cluster.js';
import type { SimulatedProcess } from './simulated-process.js';

export const LEASE_MS = 1_000;
export const RETRY_MS = 400;
const HALF_A_DAY_MS = 12 * 3_600_000;

/** The steps of an action as one process has them; `log` is shared by all. */
export type StepsOf = (process: SimulatedProcess, log: string[]) => readonly (StepLike | readonly StepLike[])[];

/** Some processes, one run, and what was asked of its steps. */
export class Race {
  /** What the steps did, e.g. `1: copy at 400`. */
  readonly log: string[] = [];
  readonly cluster: SimulatedCluster;

  constructor(steps: StepsOf, processes = 2) {
    const parts = (process: SimulatedProcess) => inlineActions([{ name: 'race', steps: steps(process, this.log) }]);
    this.cluster = new SimulatedCluster({ leaseMs: LEASE_MS, parts });
    for (let number = 1; number <= processes; number++) this.cluster.start();
  }

  /** The process of this number, from 1. */
  process(number: number): SimulatedProcess {
    const process = this.cluster.processes[number - 1];
    if (!process) throw new Error(`there is no process ${number}`);
    return process;
  }

  /** Has the first process start the run. */
  async begin(): Promise<void> {
    await this.process(1).runner.run({ action: 'race' });
    await this.cluster.time.settle();
  }

  async pass(ms: number): Promise<void> {
    await this.cluster.time.advance(ms);
  }

  /** Lets time pass until the run is over, and then some. */
  async finish(): Promise<RunRecord> {
    for (let waitedMs = 0; waitedMs < HALF_A_DAY_MS; waitedMs += LEASE_MS) {
      await this.pass(LEASE_MS);
      const run = await this.run();
      if (run.ended_at !== undefined && run.undo !== 'pending') break;
    }
    await this.pass(10 * LEASE_MS);
    this.cluster.stop();
    return this.run();
  }

  async run(): Promise<RunRecord> {
    const [summary] = await this.cluster.store.list();
    const run = summary && (await this.cluster.store.get(summary.id));
    if (!run) throw new Error('there is no run');
    return run;
  }

  async events(): Promise<readonly RunEvent[]> {
    return this.cluster.store.events((await this.run()).id);
  }

  /** What happened to a step, with the error where there was one. */
  async told(step: string): Promise<readonly string[]> {
    const own = (await this.events()).filter(({ data }) => data['step'] === step);
    return own.map(({ type, data }) => (typeof data['error'] === 'string' ? `${type}: ${data['error']}` : type));
  }
}

/** A step that logs each try and each undo. */
export function loggedStep(
  process: SimulatedProcess,
  log: string[],
  {
    name,
    work = () => StepResult.ok(),
    ...rest
  }: { name: string; work?: (context: StepContext) => StepResult | Promise<StepResult> } & Pick<StepLike, 'retry'>,
): StepLike {
  const note = (what: string): number => log.push(`${process.owner.pid}: ${what} at ${process.clock.monotonicMs()}`);
  return {
    name,
    ...rest,
    execute: (context) => {
      note(name);
      return work(context);
    },
    rollback: () => void note(`undo ${name}`),
  };
}
