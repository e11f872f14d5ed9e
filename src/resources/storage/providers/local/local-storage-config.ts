import { IsNotEmpty, IsString } from 'class-validator';
import { UiField } from '../../../../foundation/schema/ui-field.decorator.js';

/** Configuration of storage in a folder. */
export class LocalStorageConfig {
  @UiField({ description: 'Folder that the files lie in' })
  @IsString()
  @IsNotEmpty()
  location!: string;
}
