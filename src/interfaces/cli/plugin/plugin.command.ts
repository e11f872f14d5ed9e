import { Command } from 'nest-commander';
import { GroupCommand } from '../synapse-command.js';
import { PluginRunCommand } from './run.command.js';

@Command({ name: 'plugin', description: 'Run, inspect and check plugins', subCommands: [PluginRunCommand] })
export class PluginCommand extends GroupCommand {}
