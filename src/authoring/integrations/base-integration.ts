import type { AutologTarget } from './autolog-target.interface.js';

/**
 * What it takes to report the training of one framework.
 *
 * An object serves one run: it is made when the run asks for the framework and disabled when the run ends, so it may keep
 * what it knows about that run in its fields.
 *
 * @typeParam Options - What the author may tell it.
 * @typeParam Handle - What the author gets back to hand to the framework.
 */
export abstract class BaseIntegration<Options extends object = object, Handle = unknown> {
  /** Name that `autolog` is called with. */
  abstract readonly name: string;

  /** Whether what the framework needs is installed. */
  isAvailable(): boolean {
    return true;
  }

  /** What to do when it is not available, as a sentence. */
  get installHint(): string {
    return `Install '${this.name}' where the plugin runs.`;
  }

  /**
   * Starts reporting.
   *
   * @param target - The run. Its methods never throw: what cannot be reported is dropped, and training goes on.
   */
  abstract enable(target: AutologTarget, options: Options): Handle;

  /** Stops reporting and lets go of what `enable` attached. Called once, at the latest when the run ends. */
  abstract disable(): void;
}
