import { ActionProgress, Checkpoint, PipelineProgress } from '../../src/authoring/reporting/progress-models.js';
import { ActionStatus, LogLevel, RunStatus } from '../../src/foundation/config/enums.js';
import { recordedCase } from './recorded-case.js';

const { expected } = recordedCase<object, Record<string, unknown>>('C31');
const refused = expect.objectContaining({ code: 'SYN_REPORTING_VALUE' }) as Error;

describe('C31: the progress of one action', () => {
  it('has the defaults of the original, in its order', () => {
    const dict = new ActionProgress('x').toDict();

    expect(dict).toEqual(expected['action_default']);
    expect(Object.keys(dict)).toEqual(Object.keys(expected['action_default'] as object));
  });

  it('is read from little more than a name and a status', () => {
    const dict = { name: 'n', status: 'failed', started_at: '2026-01-02T03:04:05', error: 'e' };

    expect(ActionProgress.fromDict(dict).toDict()).toEqual((expected['action_minimal'] as { value: object }).value);
  });

  it.each([
    ['a status the original did not have', { name: 'n', status: 'cancelled' }, 'status'],
    ['no name', { status: 'failed' }, 'name'],
    ['no status', { name: 'n' }, 'status'],
    ['a time that is none', { name: 'n', status: 'failed', started_at: 'yesterday' }, 'started_at'],
  ])('refuses %s and names the key', (_case, dict, key) => {
    expect(() => ActionProgress.fromDict(dict)).toThrow(
      expect.objectContaining({ code: 'SYN_REPORTING_VALUE', details: expect.objectContaining({ key }) as object }),
    );
  });

  it('takes a time with a zone, and keeps metrics that are null', () => {
    const dict = { name: 'n', status: 'failed', started_at: '2026-01-02T03:04:05Z', metrics: null };

    expect(ActionProgress.fromDict(dict).toDict()).toMatchObject(dict);
  });
});

describe('C31: the progress of a pipeline', () => {
  const pipeline = new PipelineProgress('r', {
    actions: [
      new ActionProgress('a', { status: 'completed', progress: 1 }),
      new ActionProgress('b', { status: 'running', progress: 0.5 }),
      new ActionProgress('c', { status: 'skipped', progress: 1 }),
      new ActionProgress('d'),
    ],
  });

  it('sums up its actions as the original does', () => {
    expect(pipeline.toDict()).toEqual(expected['pipeline']);
    expect(Object.keys(pipeline.toDict())).toEqual(Object.keys(expected['pipeline'] as object));
    expect(new PipelineProgress('r').toDict()).toEqual(expected['empty_pipeline']);
  });

  it('loses nothing on the way to JSON and back', () => {
    expect(expected['pipeline_roundtrip_equal']).toBe(true);
    expect(PipelineProgress.fromDict(JSON.parse(JSON.stringify(pipeline.toDict())))).toEqual(pipeline);
  });

  it('keeps one entry of two actions of one name', () => {
    const actions = [new ActionProgress('a'), new ActionProgress('a', { progress: 1 })];

    expect(new PipelineProgress('r', { actions }).toDict()).toMatchObject({ total_actions: 1, overall_progress: 1 });
  });

  it('refuses what is no mapping', () => {
    expect(() => PipelineProgress.fromDict([])).toThrow(refused);
    expect(() => PipelineProgress.fromDict({ run_id: 'r', status: 'pending', actions: { a: 1 } })).toThrow(refused);
  });
});

describe('C31: a checkpoint', () => {
  it('has the fields of the original', () => {
    expect(new Checkpoint('r', 'train', { loss: 0.1 }, '2026-01-02T03:04:05Z').toDict()).toEqual({
      run_id: 'r',
      action_name: 'train',
      result: { loss: 0.1 },
      created_at: '2026-01-02T03:04:05Z',
    });
  });
});

describe('C31: the enums', () => {
  it.each([
    ['run_statuses', RunStatus],
    ['action_statuses', ActionStatus],
    ['log_levels', LogLevel],
  ])('%s are those of the original in their order', (name, values) => {
    expect(Object.values(values)).toEqual(expected[name]);
  });
});
