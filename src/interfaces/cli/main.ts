import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommandFactory } from 'nest-commander';
import { HostModules } from '../../runtime/discovery/loader/host-modules.js';
import { CliModule } from './cli.module.js';
import { CliOutput } from './cli-output.js';
import { cliOptions } from './cli-options.js';
import { StdoutGuard } from './stdout-guard.js';

// The bundle carries Nest and this library itself, and lists them here; unbundled, plugins share what Node finds.
const manifest = new URL('./shared.json', import.meta.url);
const host = existsSync(fileURLToPath(manifest)) ? HostModules.ofBundle(manifest) : HostModules.ofApplication();

const output = new CliOutput();
const guard = new StdoutGuard((error, isAfterwards) =>
  isAfterwards ? output.note(`Warning [${error.code}]: ${error.message}`) : output.error(error),
);
guard.install();
try {
  await CommandFactory.run(CliModule.register({ host, output, guard }), cliOptions(output));
} catch (thrown) {
  output.error(thrown);
}
guard.exit();
