import type { ConvertOptions } from './conversion.js';
import type { ConvertThreads } from '../parallel/convert-threads.js';
import type { FormatDefinition } from './format-definition.js';
import type { ConversionRoute } from './route.js';

/** What one hop needs. */
export interface ConvertOrder {
  readonly source: string;
  readonly target: string;
  readonly from: FormatDefinition & Required<Pick<FormatDefinition, 'read'>>;
  readonly to: FormatDefinition & Required<Pick<FormatDefinition, 'write'>>;
  readonly route: ConversionRoute;
  readonly options: ConvertOptions;
  readonly threads: ConvertThreads;
}
