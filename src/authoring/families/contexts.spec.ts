import { boundRun } from '../context/run-binding.fixture.js';
import { RuntimeContext } from '../context/runtime-context.js';
import { restoreContext, snapshotContext } from '../steps/context-snapshot.js';
import type { StepContext } from '../steps/step-context.js';
import { DeploymentContext } from './deployment/deployment-context.js';
import { ExportContext } from './export/export-context.js';
import { InferenceContext } from './inference/inference-context.js';
import { TrainContext } from './train/train-context.js';
import { UploadContext } from './upload/upload-context.js';

type ContextType = new (ctx: RuntimeContext) => StepContext;

describe('The contexts of the families', () => {
  const newContext = (type: ContextType): StepContext => new type(new RuntimeContext<unknown>(boundRun({}).binding));
  const CASES: readonly { readonly type: ContextType; readonly fields: object }[] = [
    { type: TrainContext, fields: { dataset: { path: '/d' }, modelPath: '/m', model: { id: 1 } } },
    { type: ExportContext, fields: { totalCount: 3, exportedCount: 2, outputPath: '/o' } },
    {
      type: UploadContext,
      fields: { sourcePath: '/s', organizedFiles: [{ a: 1 }], uploadedFiles: [{ b: 1 }], dataUnits: [{ id: 4 }] },
    },
    {
      type: InferenceContext,
      fields: {
        modelId: 5,
        model: { id: 5 },
        modelPath: '/m',
        requests: [1],
        results: [{ a: 1 }],
        batchSize: 8,
        processedCount: 1,
      },
    },
    {
      type: DeploymentContext,
      fields: {
        modelId: 5,
        serveAppName: 'digits',
        serveAppId: 3,
        routePrefix: '/abc',
        rayActorOptions: { runtime_env: {}, num_cpus: 2 },
        deployed: true,
      },
    },
  ];

  it.each(CASES.map((row) => ({ ...row, name: row.type.name })))('$name survives a crash whole', ({ type, fields }) => {
    const before = Object.assign(newContext(type), fields);
    const after = newContext(type);
    restoreContext(after, JSON.parse(JSON.stringify(snapshotContext(before))) as Record<string, unknown>);

    expect(after).toMatchObject(fields);
    expect(snapshotContext(after)).toEqual(snapshotContext(before));
  });

  it('what an export reads as it comes is not kept', () => {
    const before = Object.assign(newContext(ExportContext), { results: (function* () {})(), totalCount: 3 });

    expect(snapshotContext(before)).not.toHaveProperty('results');
  });
});
