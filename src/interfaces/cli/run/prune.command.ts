import { Option, SubCommand } from 'nest-commander';
import { RunStatus } from '../../../foundation/config/enums.js';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { isFinal } from '../../../runtime/run-store/run-record.js';
import type { PruneReport } from '../../../runtime/run-store/run-store.interface.js';
import { defaultWorkRoot, pruneWithFolders } from '../../../runtime/runner/work-folders.js';
import { CliOutput } from '../cli-output.js';
import { parseCount, parseDuration } from '../parse-time.js';
import { parseStatus, RUN_STATUSES, StoreCommand, type StoreOptions } from './store-command.js';

interface PruneOptions extends StoreOptions {
  readonly olderThan?: number;
  readonly status?: RunStatus;
  readonly keep?: number;
  readonly all?: boolean;
}

const FINAL_STATUSES = RUN_STATUSES.filter(isFinal);

@SubCommand({ name: 'prune', description: 'Remove finished runs with their events, large values and working folders' })
export class RunPruneCommand extends StoreCommand {
  protected override readonly storeUse = 'writing';

  constructor(protected readonly output: CliOutput) {
    super();
  }

  async run(_words: string[], options: PruneOptions): Promise<void> {
    await this.withStore(options, async (store) => {
      const { olderThan: olderThanMs, status, keep, all = false } = options;
      const isNarrowed = [olderThanMs, status, keep].some((condition) => condition !== undefined);
      if (all === isNarrowed) {
        throw new UsageError(
          all
            ? '--all removes every finished run, and takes no other condition. Leave it or the others out.'
            : 'Say which finished runs to remove: --older-than, --status, --keep, or --all.',
        );
      }
      const report = await pruneWithFolders(store, defaultWorkRoot(), { olderThanMs, status, keep });
      if (options.json) this.output.result(report);
      else this.output.text(`Removed ${report.runs} runs and ${report.blobs} files of large values.\n`);
      if (report.left) this.output.note(warningOf(report.left));
    });
  }

  @Option({ flags: '--older-than <duration>', description: 'those that ended longer ago than this, e.g. 12h or 30d' })
  parseOlderThan(text: string): number {
    return parseDuration('--older-than', text);
  }

  @Option({ flags: '--status <status>', description: `those in this state: ${FINAL_STATUSES.join(', ')}` })
  parseStatus(text: string): RunStatus {
    return parseStatus(text, FINAL_STATUSES);
  }

  @Option({ flags: '--keep <count>', description: 'all but the newest so many' })
  parseKeep(text: string): number {
    return parseCount('--keep', text, { min: 0, max: Number.MAX_SAFE_INTEGER });
  }

  @Option({ flags: '--all', description: 'every finished run' })
  parseAll(): boolean {
    return true;
  }
}

function warningOf({ count, reason }: NonNullable<PruneReport['left']>): string {
  const what =
    count > 0
      ? `${count} large values that nothing refers to could not be removed`
      : 'not all large values that nothing refers to could be found';
  return `Warning: ${what}; the next prune tries again. ${reason}`;
}
