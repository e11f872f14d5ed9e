/** Something that the platform keeps, with whatever else it says about it. */
export interface PlatformRecord {
  readonly id: number;
  readonly [field: string]: unknown;
}

/** What a file of a data unit is called, and what it may be. */
export interface FileSpecification {
  readonly name: string;
  readonly file_type?: string | null;
  readonly is_required?: boolean;
  readonly is_primary?: boolean;
  readonly [field: string]: unknown;
}

/** A data collection as the platform describes it. */
export interface DataCollection extends PlatformRecord {
  readonly name?: string | null;
  /** Present where it was asked for. */
  readonly file_specifications?: readonly FileSpecification[];
}

/** A file that the platform keeps. */
export interface DataFile extends PlatformRecord {
  readonly file: string;
  readonly checksum: string;
  readonly size: number;
}

/** A file of a data unit: a path or URL, or an object with one of them. */
export type DataUnitFile = string | null | Readonly<Record<string, unknown>>;

/** Files that belong together, with what is known about them. */
export interface DataUnit {
  readonly id?: number;
  readonly data_unit_id?: number;
  readonly files?: Readonly<Record<string, DataUnitFile>> | null;
  readonly annotations?: unknown;
  readonly meta?: Readonly<Record<string, unknown>> | null;
  readonly [field: string]: unknown;
}

/** What a data unit is made of. */
export interface NewDataUnit {
  readonly data_collection: number;
  readonly files: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** A model as the platform describes it, with whatever else it says. */
export interface PlatformModel extends PlatformRecord {
  readonly name?: string | null;
  readonly category?: string | null;
  /** Where its archive lies: a URL, or a path on this machine. */
  readonly file?: string | null;
}

/** What a model is made of. */
export interface NewModel {
  readonly name: string;
  /** Id of the plugin that it belongs to. */
  readonly plugin?: number | null;
  readonly version?: string | null;
  readonly [field: string]: unknown;
}

/** What a served application is made of. */
export interface NewServeApplication {
  readonly name: string;
  /** Id of the release whose action serves. */
  readonly plugin_release: number;
  /** Name of the action. */
  readonly action: string;
  readonly params?: Readonly<Record<string, unknown>> | null;
  /** @defaultValue 1 */
  readonly num_replicas?: number;
}
