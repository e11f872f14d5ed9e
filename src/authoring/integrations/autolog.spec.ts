import { setImmediate as turn } from 'node:timers/promises';
import { autolog, disableAutolog, listIntegrations } from './autolog.js';
import { runInScope } from '../context/run-scope.js';
import { type RunBinding, RuntimeContext } from '../context/runtime-context.js';
import { AutologContext, getAutologContext } from './autolog-context.js';
import type { AutologTarget } from './autolog-target.interface.js';
import { BaseIntegration } from './base-integration.js';
import { IntegrationRegistry } from './integration-registry.js';

/** An integration of somebody else: counts trees. */
class ForestIntegration extends BaseIntegration<{ trees?: number }, (tree: number) => void> {
  readonly name = 'forest';
  isEnabled = false;

  override isAvailable(): boolean {
    return true;
  }
  enable(target: AutologTarget, { trees = 10 }: { trees?: number }): (tree: number) => void {
    this.isEnabled = true;
    return (tree) => {
      target.setProgress(tree, trees, 'train');
      target.setMetrics({ tree }, 'train');
      target.log('tree_grown', { tree });
    };
  }
  disable(): void {
    this.isEnabled = false;
  }
}

class Run implements AutologTarget {
  readonly reports: unknown[][] = [];
  log(event: string, data: Record<string, unknown>): void {
    this.reports.push([event, data]);
  }
  setProgress(current: number, total: number, category?: string): void {
    this.reports.push([category, current, total]);
  }
  setMetrics(value: Record<string, unknown>, category: string): void {
    this.reports.push([category, value]);
  }
}

/** Calls `work` as part of a run that carries `autolog`. */
function runWithAutologContext<T>(autolog: AutologContext, work: () => T): T {
  return runInScope(new RuntimeContext({ autolog } as unknown as RunBinding), work);
}

describe(autolog, () => {
  const registry = new IntegrationRegistry();
  const made: ForestIntegration[] = [];
  registry.registerIntegration('forest', () => {
    const integration = new ForestIntegration();
    made.push(integration);
    return integration;
  });
  const grow = (framework = 'forest', options?: object): ((tree: number) => void) =>
    autolog(framework, options) as (tree: number) => void;

  beforeEach(() => made.splice(0));

  it('reports to the run that is executing, also after it has awaited something', async () => {
    const run = new Run();
    await runWithAutologContext(new AutologContext(registry, run), async () => {
      await turn();
      const onTree = grow('forest', { trees: 4 });
      await turn();
      onTree(1);
    });

    expect(run.reports).toEqual([
      ['train', 1, 4],
      ['train', { tree: 1 }],
      ['tree_grown', { tree: 1 }],
    ]);
  });

  it('D50: two runs at the same time each hear of their own training only', async () => {
    const runs = [new Run(), new Run()];
    await Promise.all(
      runs.map((run, index) =>
        runWithAutologContext(new AutologContext(registry, run), async () => {
          const onTree = grow();
          await turn();
          onTree(index + 1);
        }),
      ),
    );

    expect(runs.map(({ reports }) => reports[1])).toEqual([
      ['train', { tree: 1 }],
      ['train', { tree: 2 }],
    ]);
    expect(made).toHaveLength(2);
  });

  it('D50: the end of the run disables what it enabled, and what comes later is not reported', () => {
    const run = new Run();
    const context = new AutologContext(registry, run);
    const onTree = runWithAutologContext(context, () => grow());
    expect(context.active).toEqual(['forest']);
    context.close();
    context.close();
    onTree(1);

    expect(made[0]?.isEnabled).toBe(false);
    expect(context.active).toEqual([]);
    expect(run.reports).toEqual([]);
    expect(getAutologContext()).toBeUndefined();
  });

  it('stops reporting one framework on request, and takes a stop of what is not reported', () => {
    const run = new Run();
    runWithAutologContext(new AutologContext(registry, run), () => {
      const onTree = grow();
      disableAutolog('forest');
      disableAutolog('forest');
      disableAutolog('no such framework');
      onTree(1);
    });

    expect(run.reports).toEqual([]);
    expect(made[0]?.isEnabled).toBe(false);
  });

  it('lets a second call for a framework take over from the first', () => {
    const run = new Run();
    runWithAutologContext(new AutologContext(registry, run), () => {
      const first = grow();
      const second = grow();
      first(1);
      second(2);
    });

    expect(run.reports).toHaveLength(3);
    expect(run.reports[1]).toEqual(['train', { tree: 2 }]);
  });

  it('names the known frameworks when it is asked for an unknown one', () => {
    runWithAutologContext(new AutologContext(registry, new Run()), () => {
      expect(() => autolog('sklearn')).toThrow(
        expect.objectContaining({
          code: 'SYN_UNKNOWN_INTEGRATION',
          message: expect.stringContaining('ultralytics, tensorflowjs, forest'),
        }),
      );
    });
  });

  it('says how to install what a framework needs and is missing', () => {
    class AbsentIntegration extends ForestIntegration {
      override isAvailable(): boolean {
        return false;
      }
      override get installHint(): string {
        return 'npm install forest';
      }
    }
    const own = new IntegrationRegistry();
    own.registerIntegration('forest', () => new AbsentIntegration());

    runWithAutologContext(new AutologContext(own, new Run()), () => {
      expect(() => autolog('forest')).toThrow(
        expect.objectContaining({
          code: 'SYN_INTEGRATION_UNAVAILABLE',
          message: expect.stringContaining('npm install forest'),
        }),
      );
    });
  });

  it('refuses to work outside of a run', () => {
    expect(() => autolog('tensorflowjs')).toThrow(expect.objectContaining({ code: 'SYN_NO_ACTIVE_RUN' }));
  });

  it('D50: a report that fails is said once and never thrown into the training', () => {
    const heard: unknown[] = [];
    const refuse = (): never => {
      throw new Error('disk full');
    };
    const run: AutologTarget = {
      log: (event, data) => heard.push([event, data]),
      setProgress: refuse,
      setMetrics: refuse,
    };
    runWithAutologContext(new AutologContext(registry, run), () => {
      const onTree = grow();
      onTree(1);
      onTree(2);
    });

    expect(heard).toEqual([
      ['message', { context: 'warning', content: expect.stringContaining('disk full') }],
      ['tree_grown', { tree: 1 }],
      ['tree_grown', { tree: 2 }],
    ]);
  });

  it('D50: brings progress into its range and leaves out numbers that have no JSON form', () => {
    class WildIntegration extends ForestIntegration {
      override enable(target: AutologTarget): (tree: number) => void {
        return () => {
          target.setProgress(12, 10, 'train');
          target.setProgress(-1, 10, 'train');
          target.setProgress(1, 0, 'train');
          target.setProgress(NaN, 10, 'train');
          target.setMetrics({ loss: NaN, acc: 0.5, note: 'x', none: undefined }, 'train');
          target.setMetrics({ loss: Infinity }, 'train');
        };
      }
    }
    const own = new IntegrationRegistry();
    own.registerIntegration('forest', () => new WildIntegration());
    const run = new Run();
    runWithAutologContext(new AutologContext(own, run), () => (autolog('forest') as (tree: number) => void)(1));

    expect(run.reports).toEqual([
      ['train', 10, 10],
      ['train', 0, 10],
      ['train', { acc: 0.5, note: 'x' }],
    ]);
  });

  it('an integration that cannot let go does not keep the run from ending', () => {
    class StickyIntegration extends ForestIntegration {
      override disable(): void {
        throw new Error('stuck');
      }
    }
    const own = new IntegrationRegistry();
    own.registerIntegration('forest', () => new StickyIntegration());
    const run = new Run();
    const context = new AutologContext(own, run);
    context.enable('forest');
    context.close();

    expect(context.active).toEqual([]);
    expect(run.reports).toEqual([['message', expect.objectContaining({ content: expect.stringContaining('stuck') })]]);
  });
});

describe(listIntegrations, () => {
  it('names the frameworks of the package, and in a run those of its application too', () => {
    const registry = new IntegrationRegistry();
    registry.registerIntegration('forest', () => new ForestIntegration());

    expect(listIntegrations()).toEqual(['ultralytics', 'tensorflowjs']);
    runWithAutologContext(new AutologContext(registry, new Run()), () => {
      expect(listIntegrations()).toEqual(['ultralytics', 'tensorflowjs', 'forest']);
    });
    expect(new IntegrationRegistry().listIntegrations()).toEqual(['ultralytics', 'tensorflowjs']);
  });

  it('takes another integration for a name that is registered already', () => {
    const registry = new IntegrationRegistry();
    registry.registerIntegration('ultralytics', () => new ForestIntegration());

    expect(registry.getIntegration('ultralytics')).toBeInstanceOf(ForestIntegration);
    expect(registry.listIntegrations()).toEqual(['ultralytics', 'tensorflowjs']);
  });
});
