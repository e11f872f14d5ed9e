import { IsInt, IsOptional } from 'class-validator';
import { UiField } from '../../../foundation/schema/ui-field.decorator.js';

/** Params that trainings have in common; extend it. */
export class BaseTrainParams {
  @UiField({ help: 'Model that training starts from, by its id on the platform' })
  @IsOptional()
  @IsInt()
  checkpoint?: number | null = null;
}
