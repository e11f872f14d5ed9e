import { IntegrationUnavailableError } from '../../foundation/errors/reporting.errors.js';
import { activeContext } from '../context/run-scope.js';
import type { AutologPort } from '../context/runtime-context.js';
import type { AutologTarget } from './autolog-target.interface.js';
import type { BaseIntegration } from './base-integration.js';
import { GuardedTarget } from './guarded-target.js';
import type { IntegrationRegistry } from './integration-registry.js';

interface ActiveIntegration {
  readonly integration: BaseIntegration;
  readonly target: GuardedTarget;
}

/** The integrations of one run. Made with the run, closed with it: nothing of it outlives the run or is seen by another. */
export class AutologContext implements AutologPort {
  #active: Map<string, ActiveIntegration> | undefined;

  constructor(
    private readonly registry: IntegrationRegistry,
    private readonly target: AutologTarget,
  ) {}

  /**
   * Starts reporting a framework to the run and returns what the author hands to it. A second call for the same framework
   * takes over from the first.
   *
   * @throws {@link UnknownIntegrationError} when the framework is not registered.
   * @throws {@link IntegrationUnavailableError} when what it needs is not installed.
   */
  enable(framework: string, options: object = {}): unknown {
    const integration = this.registry.getIntegration(framework);
    if (!integration.isAvailable()) {
      throw new IntegrationUnavailableError(
        `'${framework}' cannot be logged: it is not installed. ${integration.installHint}`,
        {
          details: { framework },
        },
      );
    }
    this.disable(framework);
    const target = new GuardedTarget(framework, this.target);
    const handle = integration.enable(target, options);
    this.#active ??= new Map();
    this.#active.set(framework, { integration, target });
    return handle;
  }

  /** Stops reporting a framework. Does nothing when it is not reported. */
  disable(framework: string): void {
    const active = this.#active?.get(framework);
    if (!active) return;
    this.#active?.delete(framework);
    active.target.attempt(() => active.integration.disable());
    active.target.close();
  }

  /** Names of the frameworks that can be enabled. */
  listIntegrations(): string[] {
    return this.registry.listIntegrations();
  }

  /** Names of the frameworks that report now. */
  get active(): string[] {
    return [...(this.#active?.keys() ?? [])];
  }

  /** Stops all reporting. The end of the run calls it; it may be called again. */
  close(): void {
    for (const framework of this.active) this.disable(framework);
  }
}

/** The integrations of the run that is executing right now, if any. */
export function getAutologContext(): AutologPort | undefined {
  return activeContext()?.autolog;
}
