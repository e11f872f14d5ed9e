import { Command } from 'nest-commander';
import { GroupCommand } from '../synapse-command.js';
import { PluginCheckCommand } from './check.command.js';
import { PluginListCommand } from './list.command.js';
import { PluginRunCommand } from './run.command.js';
import { PluginSchemaCommand } from './schema.command.js';
import { PluginUpdateConfigCommand } from './update-config.command.js';

@Command({
  name: 'plugin',
  description: 'Run, inspect and check plugins',
  subCommands: [
    PluginRunCommand,
    PluginListCommand,
    PluginSchemaCommand,
    PluginUpdateConfigCommand,
    PluginCheckCommand,
  ],
})
export class PluginCommand extends GroupCommand {}
