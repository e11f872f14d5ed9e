import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BaseStep, ExportContext, Step, StepResult } from 'nest-synapse';
import { agreementOf } from './agreement.js';
import { DigitsClassifier } from './digits-classifier.js';
import { DigitsDataset } from './digits-dataset.js';
import { OnnxClassifier } from './onnx-classifier.js';
import { onnxModelOf } from './onnx-model.js';
import { WeightsFile } from './weights-file.js';

/** What the steps of an export share. */
export class NetworkContext<P = unknown> extends ExportContext<P> {
  weightsPath = '';
  sizeBytes = 0;

  /** Where the file lies until it is known to be good: beside its place, under a name that is the same for each try of a run. */
  get unfinishedPath(): string {
    return `${this.outputPath ?? ''}.${this.runtimeCtx.runId}.tmp`;
  }
}

/** Writes the network beside its place. */
@Step({ name: 'convert', weight: 0.4 })
export class ConvertStep extends BaseStep<NetworkContext> {
  constructor(
    private readonly classifier: DigitsClassifier,
    private readonly weights: WeightsFile,
  ) {
    super();
  }

  override async execute(context: NetworkContext): Promise<StepResult> {
    const { model } = await this.weights.load(context.weightsPath);
    try {
      const bytes = onnxModelOf(model);
      await mkdir(dirname(context.unfinishedPath), { recursive: true });
      await writeFile(context.unfinishedPath, bytes);
      context.sizeBytes = bytes.length;
      return StepResult.ok();
    } finally {
      this.classifier.release(model);
    }
  }

  override async rollback({ unfinishedPath }: NetworkContext): Promise<void> {
    await rm(unfinishedPath, { force: true });
  }
}

/** Asks what was written about some pictures: a file that answers otherwise than its weights must not be handed on. */
@Step({ name: 'check', weight: 0.5 })
export class CheckStep extends BaseStep<NetworkContext> {
  constructor(
    private readonly dataset: DigitsDataset,
    private readonly classifier: DigitsClassifier,
    private readonly onnx: OnnxClassifier,
    private readonly weights: WeightsFile,
  ) {
    super();
  }

  override async execute({ weightsPath, unfinishedPath }: NetworkContext): Promise<StepResult> {
    const pictures = this.dataset.all().slice(0, 10);
    const { model } = await this.weights.load(weightsPath);
    try {
      const expected = await this.classifier.predict(model, pictures);
      const { disagreeing, maxDifference } = agreementOf(expected, await this.onnx.predict(unfinishedPath, pictures));
      if (disagreeing.length === 0) return StepResult.ok({ max_difference: maxDifference });
      return StepResult.fail(
        `the ONNX file sees ${disagreeing.length} of ${pictures.length} pictures as another digit`,
      );
    } finally {
      this.classifier.release(model);
    }
  }
}

/** Gives the file its name, in one move. */
@Step({ name: 'publish', weight: 0.1 })
export class PublishStep extends BaseStep<NetworkContext> {
  override async execute(context: NetworkContext): Promise<StepResult> {
    // After a crash, a move that was done already is no reason to fail.
    if (existsSync(context.unfinishedPath)) await rename(context.unfinishedPath, context.outputPath ?? '');
    context.exportedCount = 1;
    return StepResult.ok();
  }
}
