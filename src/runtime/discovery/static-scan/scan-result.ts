/** A place in a source file. */
export interface SourceLocation {
  /** Path relative to the plugin's folder, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
}

/** A decorated class as it stands in the source; nothing of it has been executed. */
export interface ScannedClass extends SourceLocation {
  /** The class's own name, `default` for an anonymous default export. */
  readonly className: string;
  /** `path/to/file:Class`, without extension, relative to the plugin's folder; a class in a namespace is `Outer.Class`. */
  readonly entrypoint: string;
  /** Names that lead to the class within its file, e.g. `['Outer', 'Train']`. The first stands at the top of the file. */
  readonly localPath: readonly string[];
  /** Names that lead to it from the file's exports, e.g. `['default']`; null when the file keeps it to itself. */
  readonly exportPath: readonly string[] | null;
}

/** A class with `@Action`, or one method with `@Action` of a class. */
export interface ScannedAction extends ScannedClass {
  readonly kind: 'class' | 'method';
  /** For a method action `path/to/file:Class.method`. */
  readonly entrypoint: string;
  /** Set for a method action. */
  readonly methodName?: string;
  /** Name it runs by, less what config.yaml overrides; null when only running the code would tell, which is a warning too. */
  readonly name: string | null;
  readonly description?: string;
  readonly category?: string;
  readonly method?: string;
  /** Semantic type names, as config.yaml writes them; null where the decorator names none. */
  readonly inputType: string | null;
  readonly outputType: string | null;
  /** Name of the params class; for a method action without one, that of its first parameter's type. */
  readonly paramsClass?: string;
  readonly resultClass?: string;
}

/** A class with `@Step`. */
export interface ScannedStep extends ScannedClass {
  /** Null when only running the code would tell. */
  readonly name: string | null;
}

/** A class with Nest's `@Module`. */
export type ScannedNestModule = ScannedClass;

/** A class with Nest's `@Injectable`. */
export type ScannedInjectable = ScannedClass;

/** Something that looks like an action but is none, or that could not be read without running it. */
export interface ScanWarning extends SourceLocation {
  readonly code:
    | 'undecorated_subclass'
    | 'abstract_class'
    | 'unreachable'
    | 'dynamic_name'
    | 'empty_name'
    | 'dynamic_type'
    | 'bare_decorator'
    | 'not_a_method'
    | 'file_too_large';
  /** What was found and the cure. Does not repeat the place. */
  readonly message: string;
}

/** A file that could not be read; the others were scanned all the same. */
export interface ScanError extends SourceLocation {
  readonly code: 'syntax' | 'undecodable' | 'unreadable';
  readonly message: string;
}

/** One name that several classes or methods claim. None of them wins. */
export interface ScanConflict {
  readonly what: 'action' | 'step';
  readonly name: string;
  /** All of them, in order of file and position. */
  readonly owners: readonly (SourceLocation & { readonly entrypoint: string })[];
  readonly message: string;
}

/** What a plugin's folder holds, in order of file and position. Equal folders give equal results. */
export interface ScanResult {
  readonly actions: readonly ScannedAction[];
  readonly steps: readonly ScannedStep[];
  readonly modules: readonly ScannedNestModule[];
  readonly injectables: readonly ScannedInjectable[];
  readonly warnings: readonly ScanWarning[];
  readonly errors: readonly ScanError[];
  readonly conflicts: readonly ScanConflict[];
  /** The source files that were looked at, relative to the folder. */
  readonly files: readonly string[];
}
