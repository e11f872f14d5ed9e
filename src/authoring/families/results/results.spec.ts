import 'reflect-metadata';
import { uiSchemaOf } from '../../../foundation/schema/form-kit.js';
import { jsonSchemaOf } from '../../../foundation/schema/json-schema.js';
import { ResultValidator } from '../../../foundation/schema/result.validator.js';
import { MetricsResult, TrainResult, WeightsResult } from './train-results.js';
import { ExportResult, InferenceResult, UploadResult } from './transfer-results.js';

describe('The results that many actions have', () => {
  const validator = new ResultValidator();

  it.each(
    (
      [
        [WeightsResult, { weights_path: 'w.pt' }, { checkpoint_paths: [], format: 'pt' }],
        [MetricsResult, { metrics: { loss: 0.5, acc: 1 } }, { category: 'default' }],
        [
          TrainResult,
          { weights_path: 'w.pt', final_epoch: 3 },
          { best_epoch: null, train_metrics: {}, val_metrics: {} },
        ],
        [InferenceResult, {}, { predictions: [], processed_count: 0, output_path: null }],
        [ExportResult, { output_path: 'o', exported_count: 2, format: 'coco' }, { file_size_bytes: null }],
        [UploadResult, { uploaded_count: 1 }, { remote_path: null, status: 'completed' }],
      ] as [new () => object, object, object][]
    ).map(([type, required, defaults]) => ({ name: type.name, type, required, defaults })),
  )('$name needs what has no default, and fills in the rest', async ({ type, required, defaults }) => {
    const filled = Object.assign(new type(), required);

    expect(await validator.check(type, required)).toBeUndefined();
    expect(await validator.check(type, filled)).toBeUndefined();
    expect({ ...filled }).toEqual({ ...defaults, ...required });
    for (const field of Object.keys(required)) {
      const { [field as keyof typeof required]: _left, ...rest } = required;
      expect(await validator.check(type, rest)).toMatchObject({
        issues: expect.arrayContaining([expect.objectContaining({ path: field })]) as unknown[],
      });
    }
    expect(jsonSchemaOf(type)).toMatchObject(
      Object.keys(required).length > 0 ? { required: Object.keys(required) } : { type: 'object' },
    );
  });

  it.each(
    (
      [
        [WeightsResult, { weights_path: 'w', checkpoint_paths: [1] }, 'checkpoint_paths'],
        [MetricsResult, { metrics: { loss: 'high' } }, 'metrics'],
        [MetricsResult, { metrics: [0.5] }, 'metrics'],
        [MetricsResult, { metrics: { loss: NaN } }, 'metrics'],
        [TrainResult, { weights_path: 'w', final_epoch: 1.5 }, 'final_epoch'],
        [TrainResult, { weights_path: 'w', final_epoch: 1, val_metrics: { acc: null } }, 'val_metrics'],
        [InferenceResult, { predictions: ['cat'] }, 'predictions'],
        [ExportResult, { output_path: 'o', exported_count: -1, format: 'f' }, 'exported_count'],
        [UploadResult, { uploaded_count: 'all' }, 'uploaded_count'],
      ] as [new () => object, object, string][]
    ).map(([type, value, path]) => ({ name: type.name, type, value, path })),
  )('$name refuses $value', async ({ type, value, path }) => {
    expect(await validator.check(type, value)).toMatchObject({
      issues: expect.arrayContaining([
        expect.objectContaining({ path: expect.stringMatching(new RegExp(`^${path}`)) }),
      ]) as unknown[],
    });
  });

  it('take numbers that are written as texts, as the original does', async () => {
    expect(await validator.check(MetricsResult, { metrics: { loss: '0.5' } })).toBeUndefined();
  });

  it('say what each field is, in forms and schemas', () => {
    for (const type of [WeightsResult, MetricsResult, TrainResult, InferenceResult, ExportResult, UploadResult]) {
      expect(uiSchemaOf(type).filter(({ help }) => typeof help !== 'string')).toEqual([]);
    }
    expect(jsonSchemaOf(TrainResult)).toMatchObject({
      properties: { val_metrics: { type: 'object', additionalProperties: { type: 'number' } } },
    });
  });
});
