import { boundRun } from '../context/run-binding.fixture.js';
import { runInScope } from '../context/run-scope.js';
import { RuntimeContext } from '../context/runtime-context.js';
import { BaseAction } from './base-action.js';

class Params {
  epochs = 2;
}

class TrainAction extends BaseAction<Params, number> {
  override execute(): number {
    this.log('started', { epochs: this.params.epochs });
    this.setProgress(1, 2, 'train');
    this.setMetrics({ loss: 1 }, 'train');
    this.logger.info(this.ctx.runId);
    return this.params.epochs;
  }
}

describe(BaseAction, () => {
  it('has shortcuts to the run that is executing', () => {
    const { binding, reported } = boundRun(new Params());
    const action = new TrainAction();

    expect(runInScope(new RuntimeContext(binding), () => action.execute())).toBe(2);
    expect(reported().types.sort()).toEqual(['log', 'log', 'metrics', 'progress']);
    expect(reported().events[0]?.data).toMatchObject({ event: 'started', data: { epochs: 2 } });
  });

  it('keeps nothing of a run: one instance serves many', () => {
    const action = new TrainAction();
    const run = (epochs: number): number =>
      runInScope(new RuntimeContext(boundRun({ epochs }).binding), () => action.execute());

    expect([run(1), run(5)]).toEqual([1, 5]);
    expect(Object.keys(action)).toEqual([]);
  });

  it('refuses its shortcuts outside of a run', () => {
    expect(() => new TrainAction().execute()).toThrow(expect.objectContaining({ code: 'SYN_NO_ACTIVE_RUN' }));
  });
});
