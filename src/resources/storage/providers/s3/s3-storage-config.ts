import { IsNotEmpty, IsNumber, IsOptional, IsPositive, IsString, IsUrl } from 'class-validator';
import { UiField } from '../../../../foundation/schema/ui-field.decorator.js';

/** Configuration of storage in an S3 bucket, or in one of a service that speaks S3. */
export class S3StorageConfig {
  @UiField({ description: 'Bucket that the objects lie in' })
  @IsString()
  @IsNotEmpty()
  bucket_name!: string;

  @UiField({ description: 'Access key id', secret: true })
  @IsString()
  access_key!: string;

  @UiField({ description: 'Secret access key', secret: true })
  @IsString()
  secret_key!: string;

  @UiField({ description: 'Region of the bucket; empty for us-east-1' })
  @IsString()
  region_name = 'us-east-1';

  @UiField({ description: 'Base URL of a service other than AWS, e.g. http://minio:9000' })
  @IsOptional()
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  endpoint_url?: string | null = null;

  @UiField({ description: 'Longest silence of the service, in seconds; 60 where nothing is said' })
  @IsOptional()
  @IsNumber()
  @IsPositive()
  timeout?: number | null;
}
