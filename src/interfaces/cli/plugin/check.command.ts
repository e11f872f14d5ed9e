import { SubCommand } from 'nest-commander';
import { EXIT_CODES } from '../exit-codes.js';
import { CliOutput } from '../cli-output.js';
import { PluginHost } from '../plugin-host.js';
import { oneLine } from '../table.js';
import type { CheckResult } from './check/check-result.js';
import { FolderCommand, type FolderOptions } from './folder-command.js';

@SubCommand({ name: 'check', description: 'Check a plugin: config, sources, types, entrypoints, graph, schemas, sync' })
export class PluginCheckCommand extends FolderCommand {
  constructor(
    protected readonly output: CliOutput,
    private readonly host: PluginHost,
  ) {
    super();
  }

  async run(_words: string[], options: FolderOptions): Promise<void> {
    await this.attempt(options, async () => {
      const { checkPlugin } = await import('./check/plugin-checks.js');
      const checks = await checkPlugin(options.path ?? '.', this.host);
      const failed = checks.filter(({ status }) => status === 'failed');
      if (options.json) this.output.result({ ok: failed.length === 0, checks });
      else this.#print(checks, failed);
      if (failed.length > 0) process.exitCode = EXIT_CODES.config;
    });
  }

  #print(checks: readonly CheckResult[], failed: readonly CheckResult[]): void {
    for (const { name, status, problems, warnings } of checks) {
      this.output.text(`${status.padEnd(8)}${name}\n`);
      for (const problem of problems) this.output.text(`        ${oneLine(problem)}\n`);
      for (const warning of warnings) this.output.note(`Warning: ${oneLine(warning)}`);
    }
    if (failed.length === 0) return;
    this.output.note(
      `${failed.length} of ${checks.length} checks failed: ${failed.map(({ name }) => name).join(', ')}.`,
    );
  }
}
