import type { Type } from '@nestjs/common';
import type { StorageProvider } from '../storage-provider.interface.js';

/** What a URL says of a storage. */
export interface StorageUrlParts {
  /** What of its configuration the URL says, or the environment by a name that everybody knows. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Folder in the storage, where that is not part of the configuration. @defaultValue the root */
  readonly prefix?: string;
}

/** A kind of storage, as it is registered. */
export interface StorageProviderDefinition {
  /** Class with class-validator rules that a configuration is checked against; keys it does not know are ignored. */
  readonly configuration: Type<object>;
  /**
   * Loads the provider's class when somebody asks for such a storage for the first time. It is made of an instance of the configuration's class, and
   * connects to nothing before it is used.
   */
  readonly load: () => Promise<Type<StorageProvider>>;
  /**
   * Reads a URL that begins with the provider's name, without its parameters: those are keys of the configuration. Never given a password.
   * @defaultValue the provider has no URLs
   */
  readonly ofUrl?: (url: URL, variables: Readonly<NodeJS.ProcessEnv>) => StorageUrlParts;
}
