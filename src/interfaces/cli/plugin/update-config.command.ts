import { Option, SubCommand } from 'nest-commander';
import { basename } from 'node:path';
import { SyncConflictError } from '../../../foundation/errors/config.errors.js';
import type { SyncFileResult } from '../../../foundation/config/sync-config-file.js';
import { CliOutput } from '../cli-output.js';
import { FolderCommand, type FolderOptions } from './folder-command.js';
import { noteFindings } from './scan-findings.js';

interface UpdateConfigOptions extends FolderOptions {
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly repoint?: boolean;
}

@SubCommand({ name: 'update-config', description: "Bring config.yaml up to what the plugin's code has" })
export class PluginUpdateConfigCommand extends FolderCommand {
  constructor(protected readonly output: CliOutput) {
    super();
  }

  async run(_words: string[], options: UpdateConfigOptions): Promise<void> {
    await this.attempt(options, async () => {
      const [{ discoveredOf, outlinePlugin, refuseFaults }, { syncConfigFile }] = await Promise.all([
        import('../../../runtime/discovery/plugin-outline.js'),
        import('../../../foundation/config/sync-config-file.js'),
      ]);
      const outline = outlinePlugin(options.path ?? '.');
      refuseFaults(outline); // what could not be read would look as if it had been removed
      noteFindings(outline, this.output);
      const { dryRun, prune, repoint } = options;
      const result = await syncConfigFile(outline.configFile.path, discoveredOf(outline), { dryRun, prune, repoint });
      await this.#print(result, options);
    });
  }

  async #print(
    result: SyncFileResult,
    { dryRun = false, json = false, prune = false }: UpdateConfigOptions,
  ): Promise<void> {
    const { path, conflicts, stale } = result;
    const diff = dryRun ? await diffOf(result) : undefined;
    if (json) this.output.result(factsOf(result, diff));
    else this.#printText(result, diff);
    if (!prune) this.#warnOfStale(stale);
    const messages = conflicts.map(({ message }) => message);
    if (messages.length > 0) this.output.error(new SyncConflictError(path, messages));
  }

  #printText(result: SyncFileResult, diff: string | undefined): void {
    this.output.text(diff ?? wordsOf(result));
    if (diff === '') this.output.note(`${result.path} needs no changes.`);
  }

  #warnOfStale(stale: readonly string[]): void {
    if (stale.length === 0) return;
    this.output.note(`Warning: the code has no action for ${stale.join(', ')}. Remove such entries with --prune.`);
  }

  @Option({
    flags: '-p, --path <dir>',
    description: 'folder of the plugin, or its config file (default: the current folder)',
  })
  override parsePath(path: string): string {
    return path;
  }

  @Option({ flags: '--dry-run', description: 'print what would change as a diff, and write nothing' })
  parseDryRun(): boolean {
    return true;
  }

  @Option({ flags: '--prune', description: 'remove entries of actions that the code does not have' })
  parsePrune(): boolean {
    return true;
  }

  @Option({ flags: '--repoint', description: 'point an entry that names other code at what was found under its name' })
  parseRepoint(): boolean {
    return true;
  }
}

/** The result as a line of JSON has it. */
function factsOf(
  { path, isChanged, isWritten, changes, conflicts, stale }: SyncFileResult,
  diff: string | undefined,
): object {
  return { path, changed: isChanged, written: isWritten, changes, conflicts, stale, diff };
}

async function diffOf({ before, text, path }: SyncFileResult): Promise<string> {
  const { unifiedDiff } = await import('../../../foundation/config/unified-diff.js');
  return unifiedDiff(before, text, basename(path));
}

function wordsOf({ changes, path, isChanged }: SyncFileResult): string {
  if (!isChanged) return 'No changes needed.\n';
  const lines = Object.entries(changes).map(([action, change]) => `  ${action}: ${change}\n`);
  return `Updated ${path}:\n${lines.join('')}`;
}
