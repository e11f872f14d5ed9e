import { Module } from '@nestjs/common';
import { SynapseModule } from 'nest-synapse';
import { EvaluateAction } from '../actions/evaluate.action.js';
import { ExportAction } from '../actions/export.action.js';
import { PredictAction } from '../actions/predict.action.js';
import { PrepareAction } from '../actions/prepare.action.js';
import { TrainAction } from '../actions/train.action.js';
import { DigitsClassifier } from '../src/digits-classifier.js';
import { DigitsDataset } from '../src/digits-dataset.js';
import { CheckStep, ConvertStep, PublishStep } from '../src/export-steps.js';
import { OnnxClassifier } from '../src/onnx-classifier.js';
import { SplitFile } from '../src/split-file.js';
import { WeightsFile } from '../src/weights-file.js';

const actions = [PrepareAction, TrainAction, ExportAction, EvaluateAction, PredictAction];
const steps = [ConvertStep, CheckStep, PublishStep];
const services = [DigitsDataset, SplitFile, DigitsClassifier, WeightsFile, OnnxClassifier];

/** An application that has the plugin's providers as its own. */
@Module({ imports: [SynapseModule.forRoot(), SynapseModule.forFeature([...actions, ...steps, ...services])] })
export class DigitsHost {}
