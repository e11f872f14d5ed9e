import { StepContext } from './step-context.js';
import type { StepLike } from './base-step.js';
import type { JournalState } from './journal-state.js';
import { StepResult } from './step-result.js';
import { MemoryJournal, stage, step, type Stage, type StepParts } from './steps.fixture.js';

/** Notes which steps were done. */
class NotedContext extends StepContext {
  done: string[] = [];
}

/** What the world outside of any process has seen: which steps executed and which were undone. */
export class World {
  readonly effects: string[] = [];

  /** A step whose work and undo show in the world. */
  step(name: string, parts: StepParts = {}): StepLike {
    const { execute = () => StepResult.ok({ of: name }, { rollbackData: { id: name } }), ...rest } = parts;
    return step(name, {
      execute: (context) => {
        this.effects.push(`do ${context.idempotencyKey}`);
        (context as NotedContext).done.push(name);
        return execute(context);
      },
      rollback: (context, { rollbackData }) =>
        void this.effects.push(`undo ${context.idempotencyKey} ${JSON.stringify(rollbackData)}`),
      ...rest,
    });
  }
}

/** The steps of one action; a list within the list is a group. */
export type Steps = Parameters<typeof stage>[0];

/** A process that is about to run these steps. */
export function processWith(steps: Steps, journal: MemoryJournal): Stage<NotedContext> {
  return stage(steps, { journal }, NotedContext as never);
}

/** Runs the steps in a process that dies at the journal entry of this number. */
export async function dying(steps: Steps, dies: number): Promise<JournalState> {
  const journal = new MemoryJournal((index) => index === dies);
  await expect(processWith(steps, journal).orchestrator.execute()).rejects.toThrow('the process is gone');
  return journal.state;
}
