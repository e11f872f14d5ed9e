import {
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsPositive,
  IsString,
  Max,
  Min,
  ValidateBy,
  type ValidationArguments,
} from 'class-validator';
import { UiField } from '../../../../foundation/schema/ui-field.decorator.js';

function hasCredential(_value: unknown, args?: ValidationArguments): boolean {
  const { password, private_key: key } = args?.object as SFTPStorageConfig;
  return [password, key].some((value) => typeof value === 'string' && value !== '');
}

/** Configuration of storage on an SFTP server. */
export class SFTPStorageConfig {
  @UiField({ description: 'Name or address of the server' })
  @IsString()
  @IsNotEmpty()
  host!: string;

  @UiField({ description: 'User to log in as' })
  @IsString()
  @IsNotEmpty()
  @ValidateBy({
    name: 'hasCredential',
    validator: { validate: hasCredential, defaultMessage: () => 'one of password and private_key must be given' },
  })
  username!: string;

  @UiField({ description: "The user's password", secret: true })
  @IsOptional()
  @IsString()
  password?: string | null = null;

  @UiField({ description: "Path of the user's private key, or its text", secret: true })
  @IsOptional()
  @IsString()
  private_key?: string | null = null;

  @UiField({ description: 'Passphrase of the private key', secret: true })
  @IsOptional()
  @IsString()
  private_key_passphrase?: string | null = null;

  @UiField({ description: 'Port of the server' })
  @IsInt()
  @Min(1)
  @Max(65_535)
  port = 22;

  @UiField({ description: 'Folder of the server that the files lie in' })
  @IsString()
  root_path = '/';

  @UiField({ description: "The host's key: its fingerprint (SHA256:…) or itself; empty for any host" })
  @IsOptional()
  @IsString()
  host_key?: string | null = null;

  @UiField({ description: 'Longest silence of the server, in seconds' })
  @IsNumber()
  @IsPositive()
  timeout = 30;

  @UiField({ description: 'Most connections at a time, 1 to 64' })
  @IsInt()
  @Min(1)
  @Max(64)
  max_connections = 4;
}
