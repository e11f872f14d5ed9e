import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

/** The SDK's own client. */
export function plainClient(endpoint) {
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  return new S3Client({ endpoint, forcePathStyle: true, region: 'us-east-1', credentials });
}

/** A file into a bucket, as the SDK's examples do it. */
export async function sdkUpload(client, Bucket, Key, path) {
  await new Upload({ client, params: { Bucket, Key, Body: createReadStream(path) } }).done();
}

/** An object to a file, as the SDK's examples do it. */
export async function sdkDownload(client, Bucket, Key, path) {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  await pipeline(Body, createWriteStream(path));
}

/** A file as the form of an upload application. */
export function curlUpload(url, path) {
  execFileSync('curl', [
    '--silent',
    '--fail',
    '--request',
    'PUT',
    '--form',
    `file=@${path}`,
    '--output',
    '/dev/null',
    url,
  ]);
}

export function curlDownload(url, path) {
  execFileSync('curl', ['--silent', '--fail', '--output', path, url]);
}
