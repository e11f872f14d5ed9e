import type { StepContext, StepLike } from '../../src/index.js';
import type { InlineAction, SimulatedProcess } from '../../src/interfaces/testing/index.js';
import type { Kit } from './kit.js';
import type { Schedule } from './schedule.js';
import { STAGES, type World } from './world.js';

const RETRY = { maxAttempts: 3, initialDelayMs: 200 };

/** Six steps as a process runs them: with a retry, a group, a skip, and undos that may fail at first. */
export function workloadOf(kit: Kit, process: SimulatedProcess, world: World, schedule: Schedule): InlineAction {
  const names = Object.keys(STAGES);
  const step = (name: string): StepLike => stepOf(kit, { name, number: names.indexOf(name), process, world, schedule });
  return {
    name: 'transfer',
    steps: [
      step('reserve'),
      { ...step('copy'), ...failingFirst(kit, step('copy'), process) },
      [step('left'), step('right')],
      { ...step('note'), canSkip: () => true },
      step('pay'),
    ],
  };
}

interface StepParts {
  readonly name: string;
  readonly number: number;
  readonly process: SimulatedProcess;
  readonly world: World;
  readonly schedule: Schedule;
}

function stepOf({ StepResult }: Kit, { name, number, process, world, schedule }: StepParts): StepLike {
  const workMs = schedule.workMs[number] ?? 0;
  return {
    name,
    retry: RETRY,
    async execute({ idempotencyKey, signal }: StepContext) {
      world.entered(process, name);
      try {
        await pause(process, workMs, number % 2 === 0 ? signal : undefined);
        world.apply(idempotencyKey, name);
        await pause(process, workMs, undefined);
        return schedule.failing === number
          ? StepResult.fail('no luck')
          : StepResult.ok({ number }, { rollbackData: { key: idempotencyKey } });
      } finally {
        world.left(process, name);
      }
    },
    async rollback({ idempotencyKey }: StepContext) {
      await process.clock.sleep(workMs / 2);
      world.undo(process, idempotencyKey, name, schedule.undoFailures[number] ?? 0);
    },
  };
}

/** Has the first try of each process fail, before it does anything. */
function failingFirst({ StepResult }: Kit, step: StepLike, process: SimulatedProcess): Pick<StepLike, 'execute'> {
  let tries = 0;
  return {
    async execute(context: StepContext) {
      if (tries++ > 0) return step.execute(context);
      await process.clock.sleep(1);
      return StepResult.fail('not yet');
    },
  };
}

/** Some steps end at once when they are told to, others when they are done. */
function pause(process: SimulatedProcess, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return process.clock.sleep(ms);
  return new Promise((resolve, reject) => {
    const stop = process.clock.after(ms, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    const abort = (): void => {
      stop();
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
