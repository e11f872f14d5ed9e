import {
  AnnotationCategory,
  AnnotationType,
  MediaType,
  PackageManager,
  PluginCategory,
  RunMethod,
  SmartToolType,
  UnknownParams,
} from './enums.js';
import { pipelinesAsWritten } from './pipeline-config.js';
import { anything, listOf, mapping, nullable, oneOf, text, type FieldRule } from './read-mapping.js';

/** Every key config.yaml may have at its top, in the order in which they are shown. */
export const PLUGIN_FIELDS = {
  name: { read: text },
  code: { read: text },
  version: { read: text, fallback: () => '0.1.0' },
  category: { read: oneOf(PluginCategory), fallback: () => PluginCategory.Custom },
  description: { read: text, fallback: () => '' },
  readme: { read: text, fallback: () => 'README.md' },
  package_manager: { read: oneOf(PackageManager), fallback: () => PackageManager.Pip },
  package_manager_options: { read: listOf(text), fallback: () => [] },
  wheels_dir: { read: text, fallback: () => 'wheels' },
  env: { read: mapping, fallback: () => ({}) },
  runtime_env: { read: mapping, fallback: () => ({}) },
  data_type: { read: nullable(oneOf(MediaType)), fallback: () => null },
  tasks: { read: listOf(text), fallback: () => [] },
  supported_data_type: { read: listOf(oneOf(MediaType)), fallback: () => [] },
  annotation_category: { read: nullable(oneOf(AnnotationCategory)), fallback: () => null },
  annotation_type: { read: nullable(oneOf(AnnotationType)), fallback: () => null },
  smart_tool: { read: nullable(oneOf(SmartToolType)), fallback: () => null },
  actions: { read: mapping, fallback: () => ({}) },
  pipelines: { read: pipelinesAsWritten, absent: 'absent' },
  unknown_params: { read: oneOf(UnknownParams), absent: 'absent' },
} as const satisfies Record<string, FieldRule>;

/** Every key an action's entry may have, in the order in which they are shown. */
export const ACTION_FIELDS = {
  name: { read: text },
  description: { read: text, fallback: () => '' },
  entrypoint: { read: text, fallback: () => '' },
  method: { read: oneOf(RunMethod), fallback: () => RunMethod.Task },
  params_schema: { read: anything, fallback: () => null },
  input_type: { read: nullable(text), fallback: () => null },
  output_type: { read: nullable(text), fallback: () => null },
  unknown_params: { read: oneOf(UnknownParams), absent: 'absent' },
} as const satisfies Record<string, FieldRule>;
