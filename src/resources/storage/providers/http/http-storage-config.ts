import { Transform } from 'class-transformer';
import { IsIn, IsNumber, IsObject, IsPositive, IsUrl } from 'class-validator';
import { UiField } from '../../../../foundation/schema/ui-field.decorator.js';

/** How files are sent to an HTTP server: as the form of an upload application, or as they are, as WebDAV takes them. */
export const HTTPUploadMode = { Form: 'form', Raw: 'raw' } as const;
export type HTTPUploadMode = (typeof HTTPUploadMode)[keyof typeof HTTPUploadMode];

/** Configuration of storage on an HTTP server. */
export class HTTPStorageConfig {
  @UiField({ description: 'URL below which the files lie' })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.replace(/\/*$/, '/') : value))
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  base_url!: string;

  @UiField({ description: 'Longest silence of the server, in seconds' })
  @IsNumber()
  @IsPositive()
  timeout = 30;

  @UiField({ description: 'Headers of each request to the server, e.g. its credentials', secret: true })
  @IsObject()
  headers: Record<string, string> = {};

  @UiField({ description: 'Whether files are sent as a form, or raw as with WebDAV' })
  @IsIn(Object.values(HTTPUploadMode))
  upload_mode: HTTPUploadMode = HTTPUploadMode.Form;
}
