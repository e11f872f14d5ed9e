import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { StorageRegistry } from './resources/storage/registry/storage-registry.js';
import type { StorageProvider } from './resources/storage/storage-provider.interface.js';
import { SynapseSettings } from './synapse.settings.js';

/** The storage that the application is configured with, made once all providers are there: one of them may have registered its kind. */
@Injectable()
export class SynapseStorage implements OnModuleInit, OnApplicationShutdown {
  #storage: StorageProvider | undefined;

  constructor(
    private readonly settings: SynapseSettings,
    private readonly registry: StorageRegistry,
  ) {}

  /** Undefined where none is configured. */
  get storage(): StorageProvider | undefined {
    return this.#storage;
  }

  /** A configuration that is wrong stops the start; a server that cannot be reached does not. */
  async onModuleInit(): Promise<void> {
    const { storage } = this.settings;
    this.#storage = storage && (await this.registry.getStorage(storage));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#storage?.close();
  }
}
