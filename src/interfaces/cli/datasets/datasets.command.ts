import { Command } from 'nest-commander';
import { GroupCommand } from '../synapse-command.js';
import { DatasetsConvertCommand } from './convert.command.js';

@Command({
  name: 'datasets',
  description: 'Look into data sets, and convert them from one format to another',
  subCommands: [DatasetsConvertCommand],
})
export class DatasetsCommand extends GroupCommand {}
