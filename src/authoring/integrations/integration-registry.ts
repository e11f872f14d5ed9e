import { Injectable } from '@nestjs/common';
import { UnknownIntegrationError } from '../../foundation/errors/reporting.errors.js';
import type { BaseIntegration } from './base-integration.js';
import { TensorflowjsIntegration } from './tensorflowjs.integration.js';
import { UltralyticsIntegration } from './ultralytics.integration.js';

/** Makes the integration that will serve one run. */
export type IntegrationFactory = () => BaseIntegration;

/**
 * The training frameworks that `autolog` knows. One per application; open: inject it and register your own.
 *
 * @example
 * ```ts
 * import { BaseIntegration, IntegrationRegistry, type AutologTarget } from 'nest-synapse';
 * import { Injectable, type OnModuleInit } from '@nestjs/common';
 *
 * class ForestIntegration extends BaseIntegration {
 *   readonly name = 'forest';
 *   enable(target: AutologTarget) {
 *     return { onTree: (tree: number, trees: number) => target.setProgress(tree, trees, 'train') };
 *   }
 *   disable() {}
 * }
 *
 * \@Injectable()
 * export class ForestSupport implements OnModuleInit {
 *   constructor(private readonly integrations: IntegrationRegistry) {}
 *   onModuleInit() {
 *     this.integrations.registerIntegration('forest', () => new ForestIntegration());
 *   }
 * }
 * ```
 */
@Injectable()
export class IntegrationRegistry {
  readonly #factories = new Map<string, IntegrationFactory>([
    ['ultralytics', () => new UltralyticsIntegration()],
    ['tensorflowjs', () => new TensorflowjsIntegration()],
  ]);

  /** Adds a framework. A name that is registered already gets the new integration. */
  registerIntegration(name: string, create: IntegrationFactory): void {
    this.#factories.set(name, create);
  }

  /** Names of the registered frameworks, in the order of their registration. */
  listIntegrations(): string[] {
    return [...this.#factories.keys()];
  }

  /**
   * A new integration for one run.
   *
   * @throws {@link UnknownIntegrationError} when nothing is registered under `name`.
   */
  getIntegration(name: string): BaseIntegration {
    const create = this.#factories.get(name);
    if (!create) throw new UnknownIntegrationError(name, this.listIntegrations());
    return create();
  }
}
