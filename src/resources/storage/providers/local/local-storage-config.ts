import { IsBoolean, IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { UiField } from '../../../../foundation/schema/ui-field.decorator.js';

/** Configuration of storage in a folder. */
export class LocalStorageConfig {
  @UiField({ description: 'Folder that the files lie in' })
  @IsString()
  @IsNotEmpty()
  location!: string;

  /** Costs some milliseconds a file. Without it a loss of power may take what was written last, as with most programs; a crash of the process takes nothing. */
  @UiField({ description: 'Whether what is written is on the disk before the write is done, for a loss of power' })
  @IsOptional()
  @IsBoolean()
  durable_writes?: boolean = false;
}
