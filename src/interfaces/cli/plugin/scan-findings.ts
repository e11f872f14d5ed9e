import { PluginCompileError } from '../../../foundation/errors/config.errors.js';
import type { PluginOutline } from '../../../runtime/discovery/plugin-outline.js';
import type { CliOutput } from '../cli-output.js';

/**
 * Says on stderr what a scan of the sources came across. A file that could not be read makes the process end with the code of a
 * configuration error: the answer may lack actions.
 */
export function noteFindings({ scan, configFile }: PluginOutline, output: CliOutput): void {
  for (const warning of configFile.warnings) output.note(`Warning: ${warning}`);
  for (const { file, line, column, message } of scan.warnings) {
    output.note(`Warning: ${file}:${line}:${column}: ${message}`);
  }
  for (const error of scan.errors) {
    const { file, line, column, message } = error;
    output.error(new PluginCompileError(`${file}:${line}:${column}: ${message}`, { details: { ...error } }));
  }
}
