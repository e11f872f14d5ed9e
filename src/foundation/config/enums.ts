/** What a plugin is for; the platform groups plugins by it. */
export const PluginCategory = {
  NeuralNet: 'neural_net',
  Export: 'export',
  Upload: 'upload',
  SmartTool: 'smart_tool',
  PostAnnotation: 'post_annotation',
  PreAnnotation: 'pre_annotation',
  DataValidation: 'data_validation',
  Custom: 'custom',
} as const;
export type PluginCategory = (typeof PluginCategory)[keyof typeof PluginCategory];

/** Where an action runs: on Ray as a job of its own, in a persistent actor or as a service; here; or in a child process. */
export const RunMethod = {
  Job: 'job',
  Task: 'task',
  Serve: 'serve',
  Local: 'local',
  Process: 'process',
} as const;
export type RunMethod = (typeof RunMethod)[keyof typeof RunMethod];

/** What installs a plugin's dependencies. */
export const PackageManager = {
  Pip: 'pip',
  Uv: 'uv',
  Npm: 'npm',
  Pnpm: 'pnpm',
  Yarn: 'yarn',
  Bun: 'bun',
} as const;
export type PackageManager = (typeof PackageManager)[keyof typeof PackageManager];

/** The kind of media a plugin works on. Not to be confused with the semantic `DataType` of params and results. */
export const MediaType = {
  Image: 'image',
  Text: 'text',
  Video: 'video',
  PointCloud: 'pcd',
  Audio: 'audio',
} as const;
export type MediaType = (typeof MediaType)[keyof typeof MediaType];

/** The task that a smart tool's annotations are for. */
export const AnnotationCategory = {
  ObjectDetection: 'object_detection',
  Classification: 'classification',
  Segmentation: 'segmentation',
  Keypoint: 'keypoint',
  Text: 'text',
} as const;
export type AnnotationCategory = (typeof AnnotationCategory)[keyof typeof AnnotationCategory];

/** The shape that a smart tool draws. */
export const AnnotationType = {
  Bbox: 'bbox',
  Polygon: 'polygon',
  Point: 'point',
  Line: 'line',
  Mask: 'mask',
  Label: 'label',
} as const;
export type AnnotationType = (typeof AnnotationType)[keyof typeof AnnotationType];

/** How much a smart tool does without being asked. */
export const SmartToolType = {
  Interactive: 'interactive',
  Automatic: 'automatic',
  SemiAutomatic: 'semi_automatic',
} as const;
export type SmartToolType = (typeof SmartToolType)[keyof typeof SmartToolType];

/** State of a run. The last three are final. */
export const RunStatus = {
  Pending: 'pending',
  Running: 'running',
  Completed: 'completed',
  Failed: 'failed',
  Cancelled: 'cancelled',
} as const;
export type RunStatus = (typeof RunStatus)[keyof typeof RunStatus];

/** State of one action within a pipeline run. */
export const ActionStatus = {
  Pending: 'pending',
  Running: 'running',
  Completed: 'completed',
  Failed: 'failed',
  Skipped: 'skipped',
} as const;
export type ActionStatus = (typeof ActionStatus)[keyof typeof ActionStatus];

/** How loud a log event is, quietest first. */
export const LogLevel = {
  Debug: 'debug',
  Info: 'info',
  Warning: 'warning',
  Error: 'error',
  Critical: 'critical',
} as const;
export type LogLevel = (typeof LogLevel)[keyof typeof LogLevel];

/** What happens to params that the params class does not have. */
export const UnknownParams = {
  /** The run is refused, with the path of each unknown key. */
  Refuse: 'refuse',
  /** Unknown keys are dropped, as the original did. */
  Ignore: 'ignore',
} as const;
export type UnknownParams = (typeof UnknownParams)[keyof typeof UnknownParams];
