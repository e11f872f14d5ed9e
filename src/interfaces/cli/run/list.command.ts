import { Option, SubCommand } from 'nest-commander';
import type { RunStatus } from '../../../foundation/config/enums.js';
import type { RunSummary } from '../../../runtime/run-store/run-record.js';
import { CliOutput } from '../cli-output.js';
import { parseCount, parseTime } from '../parse-time.js';
import { tableText } from '../table.js';
import { durationText, statusText, timeText } from './run-text.js';
import { parseStatus, RUN_STATUSES, StoreCommand, type StoreOptions } from './store-command.js';

interface ListOptions extends StoreOptions {
  readonly plugin?: string;
  readonly action?: string;
  readonly status?: RunStatus;
  readonly since?: number;
  readonly limit?: number;
}

@SubCommand({ name: 'list', description: 'List runs, newest first' })
export class RunListCommand extends StoreCommand {
  constructor(protected readonly output: CliOutput) {
    super();
  }

  async run(_words: string[], options: ListOptions): Promise<void> {
    await this.withStore(options, async (store) => {
      const { plugin, action, status, since, limit } = options;
      const runs = await store.list({ plugin, action, status, since, limit });
      if (options.json) this.output.result(runs.map(listed));
      else this.output.text(textOf(runs));
    });
  }

  @Option({ flags: '-p, --plugin <code>', description: 'only runs of this plugin' })
  parsePlugin(code: string): string {
    return code;
  }

  @Option({ flags: '--action <name>', description: 'only runs of this action' })
  parseAction(name: string): string {
    return name;
  }

  @Option({ flags: '--status <status>', description: `only runs in this state: ${RUN_STATUSES.join(', ')}` })
  parseStatus(text: string): RunStatus {
    return parseStatus(text);
  }

  @Option({ flags: '--since <time>', description: 'only runs since a date (2026-01-31) or for so long (2h, 7d)' })
  parseSince(text: string): number {
    return parseTime('--since', text);
  }

  @Option({ flags: '--limit <count>', description: 'most runs to list, 1 to 1000 (default: 100)' })
  parseLimit(text: string): number {
    return parseCount('--limit', text, { min: 1, max: 1_000 });
  }
}

/** Where an error was thrown is for `run show`. */
function listed({ error, ...run }: RunSummary): object {
  if (!error) return run;
  const { stack: _stack, ...facts } = error;
  return { ...run, error: facts };
}

function textOf(runs: readonly RunSummary[]): string {
  if (runs.length === 0) return 'No runs.\n';
  const rows = runs.map((run) => [
    run.id,
    statusText(run),
    run.plugin,
    run.action,
    timeText(run.created_at),
    durationText(run),
  ]);
  return tableText(['ID', 'STATUS', 'PLUGIN', 'ACTION', 'CREATED', 'DURATION'], rows);
}
