import { Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

/** Holds what must be over before any provider of the application is destroyed. */
@Injectable()
export class ShutdownGate implements OnModuleDestroy {
  readonly #work: (() => Promise<void>)[] = [];

  /** Has `work` awaited when the application begins to shut down. */
  add(work: () => Promise<void>): void {
    this.#work.push(work);
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.#work.map((work) => work()));
  }
}

/**
 * The module that is destroyed first.
 *
 * Nest destroys modules by their distance from the root module, nearest first and global ones last: a database that closes in
 * `onModuleDestroy` would be gone before the runs that work on it are told to end.
 */
@Module({ providers: [ShutdownGate], exports: [ShutdownGate] })
export class SynapseShutdownModule {
  constructor(modules: ModulesContainer) {
    for (const module of modules.values()) {
      if (module.metatype === SynapseShutdownModule) module.distance = 0; // the root module's is 1
    }
  }
}
