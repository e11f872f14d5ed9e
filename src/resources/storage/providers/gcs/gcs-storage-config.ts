import { IsNotEmpty, IsNumber, IsOptional, IsPositive, IsString, IsUrl, ValidateBy } from 'class-validator';
import { UiField } from '../../../../foundation/schema/ui-field.decorator.js';

function isCredentials(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Configuration of storage in a bucket of Google Cloud Storage. */
export class GCSStorageConfig {
  @UiField({ description: 'Bucket that the objects lie in' })
  @IsString()
  @IsNotEmpty()
  bucket_name!: string;

  @UiField({ description: "Path of a service account's key file, its content as an object, or `anon`", secret: true })
  @ValidateBy({
    name: 'isCredentials',
    validator: { validate: isCredentials, defaultMessage: () => 'credentials must be a path, an object, or anon' },
  })
  credentials!: unknown;

  @UiField({ description: 'Project that the bucket belongs to' })
  @IsOptional()
  @IsString()
  project?: string | null = null;

  @UiField({ description: 'Base URL of a service other than Google, e.g. an emulator' })
  @IsOptional()
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  endpoint_url?: string | null = null;

  @UiField({ description: 'Longest silence of the service, in seconds; 60 where nothing is said' })
  @IsOptional()
  @IsNumber()
  @IsPositive()
  timeout?: number | null;
}
