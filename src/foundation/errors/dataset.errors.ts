import { PluginError } from './plugin.errors.js';

/** Where something is wrong in a data set. */
export interface DatasetPlace {
  /** The file, as a path below the data set. */
  readonly file: string;
  /** Line of a text file, from 1. */
  readonly line?: number;
  /** Id of the annotation; empty where it has none. */
  readonly annotation?: string;
}

/** No data set lies at the path. */
export class DatasetNotFoundError extends PluginError {
  readonly code = 'SYN_DATASET_NOT_FOUND';
  readonly kind = 'usage';

  /** @param expected - What was looked for there, as the end of a sentence. */
  constructor(path: string, expected: string) {
    super(`No data set at ${path}: ${expected}.`, { details: { path, expected } });
  }
}

/** A word that names no format, a folder of no known format, or two formats that no route leads between. */
export class DatasetFormatError extends PluginError {
  readonly code = 'SYN_DATASET_FORMAT';
  readonly kind = 'usage';

  constructor(message: string, known: readonly string[]) {
    super(`${message} Known formats: ${known.join(', ')}.`, { details: { known } });
  }
}

/** A file of the data set does not say what its format asks for. */
export class DatasetInvalidError extends PluginError {
  readonly code = 'SYN_DATASET_INVALID';
  readonly kind = 'validation';

  constructor(
    readonly place: DatasetPlace,
    readonly problem: string,
    cause?: unknown,
  ) {
    super(`${placeText(place)}: ${problem}. Correct it, or go on without it (--on-error skip, onError: 'skip').`, {
      cause,
      details: { place, problem },
    });
  }
}

/** What is wrong with one field of a value. */
export interface ValueIssue {
  /** Dotted path of the field; empty for the value itself. */
  readonly path: string;
  /** Kind of the mistake, e.g. `missing` or `float_type`. */
  readonly kind: string;
  readonly message: string;
}

/** A value object of a format, e.g. a box, was given what it cannot hold. */
export class DatasetValueError extends PluginError {
  readonly code = 'SYN_DATASET_VALUE';
  readonly kind = 'validation';

  constructor(
    model: string,
    readonly issues: readonly ValueIssue[],
  ) {
    const list = issues.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ');
    super(`${model}: ${list}. Correct the fields.`, { details: { model, issues: [...issues] } });
  }
}

/** The folder or file that was to be written is there already, or cannot be written. */
export class DatasetTargetError extends PluginError {
  readonly code = 'SYN_DATASET_TARGET';
  readonly kind = 'usage';

  /** @param reason - Why not, and what to do about it. */
  constructor(path: string, reason: string, cause?: unknown) {
    super(`The data set cannot be written to ${path}: ${reason}`, { cause, details: { path, reason } });
  }
}

/** Work on a data set needs a package that is not installed. */
export class DatasetPackageMissingError extends PluginError {
  readonly code = 'SYN_DATASET_PACKAGE_MISSING';
  readonly kind = 'config';

  /** @param work - What needs it, as the start of a sentence. */
  constructor(work: string, packageName: string, cause?: unknown) {
    super(
      `${work} needs the package '${packageName}', which is not installed beside nest-synapse. Install it with \`npm install ${packageName}\`.`,
      { cause, details: { package: packageName } },
    );
  }
}

/** A place as one word: the file, then the line or annotation in it. */
export function placeText({ file, line, annotation }: DatasetPlace): string {
  const inFile = line === undefined ? file : `${file}:${line}`;
  return annotation === undefined || annotation === '' ? inFile : `${inFile} (annotation '${annotation}')`;
}
