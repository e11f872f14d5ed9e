import { DataType, type DataTypeClass } from './data-type.js';

/** A collection of samples, in whatever format. */
export class Dataset extends DataType {
  static override readonly typeName: string = 'dataset';
  static override readonly description: string = 'Generic dataset';
}

/** A dataset in the platform's own format, of either version. */
export class DMDataset extends Dataset {
  static override readonly typeName: string = 'dm_dataset';
  static override readonly format: string | null = 'dm';
  static override readonly description: string = 'Datamaker format dataset';
}

/** A dataset in the platform's own format, version 1. */
export class DMv1Dataset extends DMDataset {
  static override readonly typeName: string = 'dm_v1_dataset';
  static override readonly format: string | null = 'dm_v1';
  static override readonly description: string = 'Datamaker v1 format dataset';
}

/** A dataset in the platform's own format, version 2. */
export class DMv2Dataset extends DMDataset {
  static override readonly typeName: string = 'dm_v2_dataset';
  static override readonly format: string | null = 'dm_v2';
  static override readonly description: string = 'Datamaker v2 format dataset';
}

/** A folder of label files beside a dataset.yaml. */
export class YOLODataset extends Dataset {
  static override readonly typeName: string = 'yolo_dataset';
  static override readonly format: string | null = 'yolo';
  static override readonly description: string = 'YOLO format dataset with dataset.yaml';
}

/** One JSON file of images, categories and annotations. */
export class COCODataset extends Dataset {
  static override readonly typeName: string = 'coco_dataset';
  static override readonly format: string | null = 'coco';
  static override readonly description: string = 'COCO format dataset';
}

/** One XML file per image. */
export class PascalVOCDataset extends Dataset {
  static override readonly typeName: string = 'pascal_voc_dataset';
  static override readonly format: string | null = 'pascal';
  static override readonly description: string = 'Pascal VOC format dataset';
}

/** A trained model, in whatever format. */
export class Model extends DataType {
  static override readonly typeName: string = 'model';
  static override readonly description: string = 'Generic model';
}

/** What training leaves behind. */
export class ModelWeights extends Model {
  static override readonly typeName: string = 'model_weights';
  static override readonly format: string | null = 'weights';
  static override readonly description: string = 'Trained model weights';
}

/** A model as an ONNX graph. */
export class ONNXModel extends Model {
  static override readonly typeName: string = 'onnx_model';
  static override readonly format: string | null = 'onnx';
  static override readonly description: string = 'ONNX format model';
}

/** A model as a TensorRT engine. */
export class TensorRTModel extends Model {
  static override readonly typeName: string = 'tensorrt_model';
  static override readonly format: string | null = 'tensorrt';
  static override readonly description: string = 'TensorRT format model';
}

/** What an action found out, in whatever form. */
export class Result extends DataType {
  static override readonly typeName: string = 'result';
  static override readonly description: string = 'Generic result';
}

/** Metrics of a model on held-out data. */
export class TestResults extends Result {
  static override readonly typeName: string = 'test_results';
  static override readonly format: string | null = 'metrics';
  static override readonly description: string = 'Test results with metrics';
}

/** Predictions of a model on new data. */
export class InferenceResults extends Result {
  static override readonly typeName: string = 'inference_results';
  static override readonly format: string | null = 'predictions';
  static override readonly description: string = 'Inference predictions';
}

/** Every type this package brings, parents before children. */
export const BUILT_IN_DATA_TYPES: readonly DataTypeClass[] = Object.freeze([
  DataType,
  Dataset,
  DMDataset,
  DMv1Dataset,
  DMv2Dataset,
  YOLODataset,
  COCODataset,
  PascalVOCDataset,
  Model,
  ModelWeights,
  ONNXModel,
  TensorRTModel,
  Result,
  TestResults,
  InferenceResults,
]);
