import { Command } from 'nest-commander';
import { GroupCommand } from '../synapse-command.js';
import { DatasetsConvertCommand } from './convert.command.js';
import { DatasetsInspectCommand } from './inspect.command.js';
import { DatasetsPreviewCommand } from './preview.command.js';

@Command({
  name: 'datasets',
  description: 'Look into data sets, convert and draw them',
  subCommands: [DatasetsInspectCommand, DatasetsConvertCommand, DatasetsPreviewCommand],
})
export class DatasetsCommand extends GroupCommand {}
