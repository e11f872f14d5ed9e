import { IsArray, IsInt, IsObject, IsOptional, IsString } from 'class-validator';
import { UiField } from '../../../foundation/schema/ui-field.decorator.js';
import { IsNumberRecord } from './number-record.decorator.js';

/** Result of an action that leaves weights. */
export class WeightsResult {
  @UiField({ help: 'Path of the weights' })
  @IsString()
  weights_path!: string;

  @UiField({ help: 'Paths of the weights that were kept on the way' })
  @IsArray()
  @IsString({ each: true })
  checkpoint_paths?: string[] = [];

  @UiField({ help: 'Format of the weights' })
  @IsString()
  format?: string = 'pt';
}

/** Result of an action that measures. */
export class MetricsResult {
  @UiField({ help: 'What was measured, by name' })
  @IsObject()
  @IsNumberRecord()
  metrics!: Record<string, number>;

  @UiField({ help: 'What the metrics are of' })
  @IsString()
  category?: string = 'default';
}

/** Result of a training. */
export class TrainResult {
  @UiField({ help: 'Path of the best weights' })
  @IsString()
  weights_path!: string;

  @UiField({ help: 'Last epoch that was trained' })
  @IsInt()
  final_epoch!: number;

  @UiField({ help: 'Epoch with the best metrics' })
  @IsOptional()
  @IsInt()
  best_epoch?: number | null = null;

  @UiField({ help: 'Metrics on what was learned from, by name', itemType: Number })
  @IsObject()
  train_metrics?: Record<string, number> = {};

  @UiField({ help: 'Metrics on what was held out, by name', itemType: Number })
  @IsObject()
  val_metrics?: Record<string, number> = {};
}
