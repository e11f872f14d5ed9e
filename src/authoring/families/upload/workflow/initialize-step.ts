import { BaseStep } from '../../../steps/base-step.js';
import { StepResult } from '../../../steps/step-result.js';
import { UploadPlace } from '../upload-params.js';
import type { UploadRunContext } from './upload-run-context.js';

/** Asks the platform what units of the collection consist of, and makes sure that there is a storage where one is needed. */
export class InitializeUploadStep extends BaseStep<UploadRunContext> {
  override readonly name = 'initialize';
  override readonly progressWeight = 0.02;

  override async execute(context: UploadRunContext): Promise<StepResult> {
    const { data_collection, path, source, target } = context.params;
    if (source === UploadPlace.Storage || target === UploadPlace.Storage) context.storage.getPath(path);
    const collection = await context.client.getDataCollection(data_collection, { signal: context.signal });
    context.specifications = [...(collection.file_specifications ?? [])];
    context.sourcePath = path;
    const slots = context.specifications.map(({ name }) => name);
    context.log('upload_start', {
      data_collection,
      collection_name: collection.name ?? null,
      path,
      source,
      target,
      slots,
    });
    return StepResult.ok({ slots });
  }
}
