export { type ImageHandling } from './resources/datasets/io/image-placer.js';
export {
  type AnnotatedImage,
  type Annotation,
  type AnnotationAttribute,
  type AnnotationKind,
  type Box,
  type BoxAnnotation,
  type GroupAnnotation,
  type ImageSize,
  type Keypoint,
  type KeypointsAnnotation,
  type Point,
  type PolygonAnnotation,
  type PolygonPart,
  type PolylineAnnotation,
  type RelationAnnotation,
  type ShapeAnnotation,
} from './resources/datasets/model/annotated-image.js';
export { type ClassOrder } from './resources/datasets/model/class-order.js';
export {
  type ConvertedDocument,
  type ConvertedImage,
  FromDMToYOLOConverter,
  type OriginalConverterOptions,
} from './resources/datasets/original/dm-to-yolo.converter.js';
export { DMVersion } from './resources/datasets/original/original-documents.js';
export {
  type ConvertedLabels,
  YOLOToDMConverter,
  type YOLOToDMOptions,
} from './resources/datasets/original/yolo-to-dm.converter.js';
export {
  type ConversionReport,
  type ConversionResult,
  type ConvertOptions,
} from './resources/datasets/registry/conversion.js';
export { DatasetFormatRegistry, type DirectConverter } from './resources/datasets/registry/dataset-format-registry.js';
export {
  DatasetFeature,
  type DatasetWriter,
  type FormatDefinition,
  type ImageStream,
  type ReadJob,
  type WriteJob,
  YOLOTask,
} from './resources/datasets/registry/format-definition.js';
export { type ConversionRoute, type RouteStep } from './resources/datasets/registry/route.js';
export { type Loss, type LossLog } from './resources/datasets/report/loss-log.js';
export {
  type OnError,
  ProblemCode,
  type ProblemGroup,
  type ProblemLog,
} from './resources/datasets/report/problem-log.js';
export {
  type ClassCounts,
  type DatasetInspection,
  inspectDataset,
  type InspectOptions,
  type SplitCounts,
} from './resources/datasets/inspect/inspect-dataset.js';
export {
  type DatasetPreview,
  previewDataset,
  type PreviewOptions,
} from './resources/datasets/preview/preview-dataset.js';
export { DatasetFormat, getConverter } from './resources/datasets/original/get-converter.js';
