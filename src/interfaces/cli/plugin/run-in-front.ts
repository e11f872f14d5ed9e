import type { ConsoleListener } from '../../../authoring/reporting/console-listener.js';
import type { PipelineListener } from '../../../authoring/pipelines/pipeline-listener.js';
import type { RunStore } from '../../../runtime/run-store/run-store.interface.js';
import type { RunHandle } from '../../../runtime/runner/run-handle.js';
import type { CliOutput } from '../cli-output.js';
import type { OpenPlugin, PluginHost } from '../plugin-host.js';
import { openStore } from '../run-stores.js';
import type { StdoutGuard } from '../stdout-guard.js';
import { withInterrupts } from './interrupts.js';
import { printOutcome } from './print-outcome.js';

/** What a command that runs something has at hand. */
export interface FrontTools {
  readonly host: PluginHost;
  readonly output: CliOutput;
  readonly guard: StdoutGuard;
  /** Shows the run while it goes on. */
  readonly display: ConsoleListener | PipelineListener;
}

/** Where the plugin lies, where its runs are kept, and how the end is printed. */
export interface FrontOptions {
  readonly path?: string;
  readonly store?: string;
  readonly json?: boolean;
}

/** A run that is ready to start. */
export interface PreparedRun {
  /** What to call it when it is broken off. */
  readonly action: string;
  readonly start: () => Promise<RunHandle>;
}

/** Opens a plugin, runs what `prepare` makes of it with its reports on the screen, and prints how it ended. */
export async function runInFront(
  { host, output, guard, display }: FrontTools,
  options: FrontOptions,
  prepare: (opened: OpenPlugin, store: RunStore) => PreparedRun | Promise<PreparedRun>,
): Promise<void> {
  guard.showPrints((line) => display.print(line));
  // Never closed: that would wait for the disk, and what is written is safe without. The process is about to end.
  const store = await openStore(options.store, output);
  const opened = await host.open(options.path ?? '.', { listeners: [display], store });
  try {
    const { action, start } = await prepare(opened, store);
    const { handle, outcome } = await withInterrupts({ action, guard, output }, start);
    await handle.shown();
    guard.showPrints(undefined);
    display.close();
    printOutcome(output, handle.id, outcome, options);
  } finally {
    guard.watch(undefined);
    guard.showPrints(undefined);
    await opened.close();
  }
}
