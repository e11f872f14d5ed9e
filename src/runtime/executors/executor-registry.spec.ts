import type { RunOutcome } from '../invocation/run-outcome.js';
import { definitionOf } from '../discovery/action-definition.fixture.js';
import { Executor } from './executor.interface.js';
import { ExecutorRegistry } from './executor-registry.js';
import type { RunMode } from './run-mode.js';

class NamedExecutor extends Executor {
  constructor(
    readonly mode: RunMode,
    private readonly isReady = true,
  ) {
    super();
  }
  isConfigured(): boolean {
    return this.isReady;
  }
  execute(): Promise<RunOutcome> {
    return Promise.resolve({ status: 'completed', result: this.mode });
  }
}

const local = new NamedExecutor('local');
const job = new NamedExecutor('job');
const unreadyTask = new NamedExecutor('task', false);
const registry = new ExecutorRegistry([local, job, unreadyTask]);

describe(ExecutorRegistry, () => {
  it('runs locally what asks for nothing else, without a word', () => {
    expect(registry.choose(definitionOf())).toEqual({ executor: local });
    expect(registry.choose(definitionOf({ method: 'local' }))).toEqual({ executor: local });
  });

  it('follows the method of the action where that is configured', () => {
    expect(registry.choose(definitionOf({ method: 'job' }))).toEqual({ executor: job });
  });

  it.each(['task', 'process', 'serve'] as const)(
    'runs an action locally whose method %s is not configured, and says so and what to do',
    (method) => {
      const { executor, notice } = registry.choose(definitionOf({ name: 'train', method }));

      expect(executor).toBe(local);
      expect(notice).toContain(
        `Action 'train' asks for method '${method}', which is not configured here; it runs locally.`,
      );
      expect(notice?.length).toBeGreaterThan(110);
    },
  );

  it('lets the mode that a caller asks for win over the method', () => {
    expect(registry.choose(definitionOf({ method: 'job' }), 'local')).toEqual({ executor: local });
    expect(registry.choose(definitionOf(), 'job')).toEqual({ executor: job });
    expect(registry.choose(definitionOf(), 'jobs-api')).toEqual({ executor: job });
  });

  it.each(['task', 'process', 'serve', 'remote'])(
    'never replaces a mode that was asked for: %s is refused when it is not configured',
    (mode) => {
      expect(() => registry.choose(definitionOf({ method: 'local' }), mode)).toThrow(
        expect.objectContaining({ code: 'SYN_NOT_CONFIGURED', message: expect.stringContaining(`Mode '${mode}'`) }),
      );
    },
  );

  it('refuses a mode that it does not know before it looks at what is configured', () => {
    expect(() => registry.choose(definitionOf(), 'serv')).toThrow(expect.objectContaining({ code: 'SYN_USAGE' }));
  });

  it('asks an executor each time whether it is configured: a cluster may come later', () => {
    let isReady = false;
    const late = new (class extends NamedExecutor {
      override isConfigured(): boolean {
        return isReady;
      }
    })('task');
    const both = new ExecutorRegistry([local, late]);

    expect(both.choose(definitionOf({ method: 'task' })).executor).toBe(local);
    isReady = true;
    expect(both.choose(definitionOf({ method: 'task' })).executor).toBe(late);
  });
});
