import { parse } from 'yaml';
import { syncConfig } from '../../src/foundation/config/sync-config.js';
import type { DiscoveredAction } from '../../src/foundation/config/sync-plan.js';
import { recordedCase } from './recorded-case.js';

interface Recorded {
  readonly config_before: string;
  readonly changes: { readonly value?: Record<string, string>; readonly error?: object };
  readonly config_after: { readonly actions: Record<string, Record<string, unknown>> | null };
  readonly second_sync_changes: object | null;
}

const { expected } = recordedCase<object, Recorded[]>('C22');
const [fromEmptyMapping, withoutActions, withEntries, inAgreement, fromNothing, fromNull] = expected;

/** What a scan finds in the case's code; the original's `plugin.acts.X` is `plugin/acts:X` here. */
const DISCOVERED: DiscoveredAction[] = [
  { name: 'train', entrypoint: 'plugin/acts:TrainAction', inputType: 'yolo_dataset', outputType: 'model_weights' },
  { name: 'export_onnx', entrypoint: 'plugin/acts:ExportAction', inputType: 'model_weights' },
  { name: 'infer', entrypoint: 'plugin/acts:InferAction' },
];

function inOurForm<T>(recorded: T): T {
  return JSON.parse(JSON.stringify(recorded).replaceAll(/plugin\.acts\.(\w+)/g, 'plugin/acts:$1')) as T;
}

function recordedOf(recorded: Recorded | undefined): Recorded {
  if (recorded === undefined) throw new Error('C22 has six configurations');
  return recorded;
}

describe('C22: sync of config.yaml', () => {
  it.each([
    ['empty actions', fromEmptyMapping],
    ['no actions', withoutActions],
    ['an empty file', fromNothing],
  ])('adds every action to %s, in the words of the original', (_case, recorded) => {
    const { config_before: before, changes, config_after: after, second_sync_changes: second } = recordedOf(recorded);
    const result = syncConfig(before, DISCOVERED);

    expect(result.changes).toEqual(inOurForm(changes.value));
    expect(Object.keys(result.changes)).toEqual(Object.keys(changes.value ?? {}));
    expect(parse(result.text)).toEqual(inOurForm(after));
    expect(syncConfig(result.text, DISCOVERED).changes).toEqual(second);
  });

  it('finds nothing to do where file and code agree, in whatever form the entrypoints are', () => {
    const { config_before: before, changes } = recordedOf(inAgreement);

    expect(syncConfig(before, DISCOVERED)).toMatchObject({ changes: changes.value, isChanged: false, text: before });
  });

  // The original rewrote `plugin.acts:TrainAction` in its other form; the two mean the same, so it stays here.
  it('sets types, keeps stale entries and everything it does not know, and never rewrites an equal entrypoint', () => {
    const { config_before: before, changes, config_after: after, second_sync_changes: second } = recordedOf(withEntries);
    const result = syncConfig(before, DISCOVERED);
    const { train, ...others } = changes.value ?? {};
    const { train: trainAfter, ...othersAfter } = after.actions ?? {};

    expect(result.changes).toEqual({ ...others, train: train?.replace('entrypoint=plugin.acts.TrainAction, ', '') });
    expect(parse(result.text)).toEqual({
      ...after,
      actions: { ...othersAfter, train: { ...trainAfter, entrypoint: 'plugin.acts:TrainAction' } },
    });
    expect(result.conflicts).toEqual([]);
    expect(syncConfig(result.text, DISCOVERED).changes).toEqual(second);
  });

  it('D12: keeps the comments that the original lost', () => {
    const { text } = syncConfig(recordedOf(withEntries).config_before, DISCOVERED);

    expect(text).toContain('# head comment\nname: Demo\ncode: demo\nversion: "1.0.0"\n');
    expect(text).toContain('  train:   # note\n');
    expect(text).toContain('description: "desc"');
  });

  it('D30: takes null actions as none, where the original failed', () => {
    const { config_before: before, changes } = recordedOf(fromNull);
    const result = syncConfig(before, DISCOVERED);

    expect(changes.error).toBeDefined();
    expect(result.changes).toEqual(inOurForm(recordedOf(fromEmptyMapping).changes.value));
    expect(parse(result.text)).toEqual(inOurForm(recordedOf(fromEmptyMapping).config_after));
  });
});
