import type { DatasetFeature, YOLOTask } from './format-definition.js';
import type { RouteStep } from './route.js';
import type { ImageHandling } from '../io/image-placer.js';
import type { Loss } from '../report/loss-log.js';
import type { OnError, ProblemGroup } from '../report/problem-log.js';

/** How a data set is converted. */
export interface ConvertOptions {
  /** Format of the source. @defaultValue what its files look like */
  readonly from?: string;
  /** Format of the target. @defaultValue `yolo` from DM, and `dm_v2` from everything else */
  readonly to?: string;
  /** What happens with the pictures. A link that the file system refuses becomes a copy. @defaultValue `link` */
  readonly images?: ImageHandling;
  /** Whether a file or annotation that breaks its format ends the work, or is reported and left out. @defaultValue `fail` */
  readonly onError?: OnError;
  /** The only classes there are, in the order of their numbers. @defaultValue those of the source */
  readonly classes?: readonly string[];
  /** The task of a YOLO data set, read or written. @defaultValue what its shapes are */
  readonly task?: YOLOTask;
  /**
   * How many worker threads share the work between DM and YOLO; other ways have one. The data set is the same for any number, but for the
   * random ids of new annotations. More than the machine has cores only cost memory. @defaultValue 1, which is no thread besides the caller's
   */
  readonly threads?: number;
  /** Puts the new data set in place of one that is there; anything else than a data set is never replaced. @defaultValue false */
  readonly overwrite?: boolean;
  /**
   * `original`: DM to YOLO and back exactly as the Python package does it, for data sets that have to match old ones: all shapes in one file
   * of labels, class numbers by code point, nothing cut, pictures copied. @defaultValue this package's own way
   */
  readonly compat?: 'original';
  /** Ends the work; nothing is left at the target. */
  readonly signal?: AbortSignal;
  /** Called now and then with the number of pictures that are done. */
  readonly onProgress?: (images: number) => void;
}

/** What a conversion did, as `loss-report.json` has it. */
export interface ConversionReport {
  readonly source_format: string;
  readonly target_format: string;
  readonly route: readonly RouteStep[];
  /** What the route cannot hold, whether or not the source has it. */
  readonly route_loses: readonly DatasetFeature[];
  readonly images: number;
  /** Annotations of the source that have a shape that can be. */
  readonly annotations: number;
  /** Annotations of the target: an object in parts may be several, and what could not be kept is none. Null where nobody counted. */
  readonly annotations_written: number | null;
  /** In the order of their numbers. */
  readonly classes: readonly string[];
  /** What the source has and the target has not. */
  readonly losses: readonly Loss[];
  /** What was wrong in the source. With `fail` there are none, but for remarks. */
  readonly problems: readonly ProblemGroup[];
  /** Pictures that were to be linked and had to be copied. */
  readonly copied_instead_of_linked: number;
}

/** A finished conversion. */
export interface ConversionResult extends ConversionReport {
  /** Absolute path of the new data set. */
  readonly path: string;
  /** File that describes it, e.g. its dataset.yaml; absolute. Null where its format has none. */
  readonly config_path: string | null;
}
