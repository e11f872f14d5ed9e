import { existsSync } from 'node:fs';
import { Option } from 'nest-commander';
import { ConsoleListener } from '../../../authoring/reporting/console-listener.js';
import { RunOwnedError } from '../../../foundation/errors/durability.errors.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { isLeft } from '../../../runtime/run-store/run-lease.js';
import { currentOwner } from '../../../runtime/run-store/run-owner.js';
import type { RunRecord, RunSummary } from '../../../runtime/run-store/run-record.js';
import type { RunStore } from '../../../runtime/run-store/run-store.interface.js';
import type { RunHandle } from '../../../runtime/runner/run-handle.js';
import { readJsonArgument } from '../parse-json.js';
import { type FinishedRun, withInterrupts } from '../plugin/interrupts.js';
import { type Assignment, mergeParams, parseAssignment } from '../plugin/params-arguments.js';
import type { OpenPlugin, PluginHost } from '../plugin-host.js';
import type { StdoutGuard } from '../stdout-guard.js';
import { StoreCommand, type StoreOptions } from './store-command.js';

/** Options of every command that goes on with a run. */
export interface RecoveryOptions extends StoreOptions {
  readonly params?: { readonly json: unknown };
  readonly set?: readonly Assignment[];
  readonly force?: boolean;
  readonly path?: string;
}

/** A run that is to be gone on with, and where it came from. */
export interface StoredRun {
  readonly record: RunRecord;
  readonly store: RunStore;
}

/** Base of the commands that go on with a run that was kept: they load the plugin that it came from. */
export abstract class RecoveryCommand extends StoreCommand {
  protected override readonly storeUse = 'writing';
  protected abstract readonly host: PluginHost;
  protected abstract readonly guard: StdoutGuard;

  /** Has `start` go on with the run in its plugin, and waits for the end, with the terminal's ways to break it off under control. */
  protected recover(
    run: StoredRun,
    options: RecoveryOptions,
    start: (opened: OpenPlugin, params: unknown) => Promise<RunHandle>,
  ): Promise<FinishedRun> {
    return this.withPlugin(run, options, async (opened, params) => {
      const { action } = run.record;
      const finished = await withInterrupts({ action, guard: this.guard, output: this.output }, () =>
        start(opened, params),
      );
      await finished.handle.shown();
      return finished;
    });
  }

  /** Opens the plugin that the run came from, as it was then. */
  protected async withPlugin<T>(
    { record, store }: StoredRun,
    options: RecoveryOptions,
    work: (opened: OpenPlugin, params: unknown) => Promise<T>,
  ): Promise<T> {
    refuseLiving(record, options);
    const display = new ConsoleListener();
    this.guard.showPrints((line) => display.print(line));
    const opened = await this.host.open(pathOf(record, options), { listeners: [display], store });
    try {
      refuseChanged(record, opened, options);
      return await work(opened, paramsOf(record, opened, options));
    } finally {
      this.guard.watch(undefined);
      this.guard.showPrints(undefined);
      display.close();
      await opened.close();
    }
  }

  @Option({ flags: '--params <json>', description: 'params to give anew, as JSON, @file, or - for standard input' })
  parseParams(text: string): { readonly json: unknown } {
    return { json: readJsonArgument('--params', text) };
  }

  @Option({ flags: '--set <key=value>', description: 'one such param by its dotted path; may be repeated' })
  parseSet(text: string, earlier: readonly Assignment[] = []): readonly Assignment[] {
    return [...earlier, parseAssignment(text)];
  }

  @Option({ flags: '--path <dir>', description: "where the run's plugin lies now, if it was moved" })
  parsePath(path: string): string {
    return path;
  }

  @Option({
    flags: '--force',
    description: 'also where the plugin was changed since the run began, or its process hangs',
  })
  parseForce(): boolean {
    return true;
  }
}

/** Where the plugin of a run lies. @throws UsageError for a run that was not started from a folder, or from one that is gone. */
function pathOf({ id, plugin, plugin_path }: RunRecord, { path }: RecoveryOptions): string {
  if (plugin_path === undefined) {
    throw new UsageError(
      `Run ${id} was started by an application of its own, as plugin '${plugin}'. That application can go on with it, the command line cannot.`,
      { details: { run_id: id, plugin } },
    );
  }
  if (path !== undefined || existsSync(plugin_path)) return path ?? plugin_path;
  throw new UsageError(
    `The plugin '${plugin}' that run ${id} came from is no longer in ${plugin_path}. Put it back, or say with --path where it lies now.`,
    { details: { run_id: id, plugin, path: plugin_path } },
  );
}

/** Whether a process of this host that can be seen to live has the run. Its lease may be over all the same: it may hang. */
export function isHeldHere(run: RunSummary): boolean {
  const { status, undo, owner } = run;
  const isUnderWay = status === 'running' || undo === 'pending';
  return isUnderWay && owner !== undefined && owner.host === currentOwner().host && !isLeft(run);
}

function refuseLiving(record: RunRecord, { force = false }: RecoveryOptions): void {
  const { id, owner } = record;
  if (!force && owner && isHeldHere(record)) throw new RunOwnedError(id, `process ${owner.pid} of this host`);
}

function refuseChanged(
  { id, plugin: code, plugin_hash }: RunRecord,
  { plugin }: OpenPlugin,
  { force = false }: RecoveryOptions,
): void {
  if (plugin.configFile.config.code !== code) {
    throw new UsageError(
      `Run ${id} is a run of plugin '${code}', and ${plugin.source.path} has plugin '${plugin.configFile.config.code}'. Name the folder of '${code}' with --path.`,
      { details: { run_id: id, plugin: code, found: plugin.configFile.config.code } },
    );
  }
  if (force || plugin_hash === undefined || plugin_hash === plugin.source.contentHash) return;
  throw new UsageError(
    `The plugin in ${plugin.source.path} was changed since run ${id} began. Go back to the version that began it, or add --force to go on with this one.`,
    { details: { run_id: id, began_with: plugin_hash, found: plugin.source.contentHash } },
  );
}

function paramsOf(record: RunRecord, { registry }: OpenPlugin, { params, set = [] }: RecoveryOptions): unknown {
  if (params === undefined && set.length === 0) return undefined;
  return mergeParams(registry.resolve(record.action, record.plugin), params, set, {});
}
