/** A class that a plugin's files hold, and how to get hold of it once they are compiled. */
export interface ManifestClass {
  /** Compiled file, relative to the entry's folder. */
  readonly chunk: string;
  /** Name under which the compiled file exports it; dotted for a class inside of a namespace. */
  readonly exportName: string;
  /** `path/to/file:Class`, or `path/to/file:Class.method` for a method action. */
  readonly entrypoint: string;
  /** Set for a method action. */
  readonly method?: string;
}

/** A pipeline that one of a plugin's files exports. */
export interface ManifestPipeline {
  /** Its name in the configuration. */
  readonly name: string;
  /** Compiled file, relative to the entry's folder. */
  readonly chunk: string;
  readonly exportName: string;
}

/** A file that was compiled in although it is none of the plugin's sources. */
export interface ManifestInput {
  /** Absolute. */
  readonly path: string;
  /** SHA-256 in hex; empty when the file is gone. */
  readonly hash: string;
}

/** What a compiled plugin holds. Written beside the compiled files. */
export interface PluginManifest {
  readonly actions: readonly ManifestClass[];
  readonly steps: readonly ManifestClass[];
  readonly modules: readonly ManifestClass[];
  readonly injectables: readonly ManifestClass[];
  readonly pipelines: readonly ManifestPipeline[];
  readonly inputs: readonly ManifestInput[];
}
