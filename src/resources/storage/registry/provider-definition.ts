import type { Type } from '@nestjs/common';
import type { StorageProvider } from '../storage-provider.interface.js';

/** A kind of storage, as it is registered. */
export interface StorageProviderDefinition {
  /** Class with class-validator rules that a configuration is checked against; keys it does not know are ignored. */
  readonly configuration: Type<object>;
  /**
   * Loads the provider's class when somebody asks for such a storage for the first time. It is made of an instance of the configuration's class, and
   * connects to nothing before it is used.
   */
  readonly load: () => Promise<Type<StorageProvider>>;
}
