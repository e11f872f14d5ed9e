import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../../../foundation/errors/run.errors.js';
import { isFolder } from '../io/file-names.js';
import { ImageHandling } from '../io/image-placer.js';
import { REPORT_NAME, StagedTarget } from '../io/staged-target.js';
import type { ConversionReport, ConversionResult, ConvertOptions } from '../registry/conversion.js';
import type { ConversionRoute } from '../registry/route.js';
import { OnError } from '../report/problem-log.js';
import { FromDMToYOLOConverter } from './dm-to-yolo.converter.js';
import { DMVersion } from './original-documents.js';
import { YOLOToDMConverter } from './yolo-to-dm.converter.js';

/** What a conversion in the way of the original needs. */
export interface OriginalOrder {
  readonly source: string;
  readonly target: string;
  readonly route: ConversionRoute;
  readonly options: ConvertOptions;
}

/** Whether the original converts the one format into the other. */
export function hasOriginal(from: string, to: string): boolean {
  return (isDm(from) && to === 'yolo') || (from === 'yolo' && isDm(to));
}

/**
 * Converts as the original does, but for the defects that docs/guides/datasets.md names.
 *
 * @throws {@link UsageError} for options that its way does not have.
 */
export async function convertLikeOriginal({
  source,
  target,
  route,
  options,
}: OriginalOrder): Promise<ConversionResult> {
  const { from = '', to = '' } = route.steps[0] ?? {};
  refuseOptions(to, options);
  const staged = new StagedTarget(target, options);
  try {
    const rootDir = resolve(source);
    const isCategorized = !isFolder(join(rootDir, isDm(from) ? 'json' : 'labels'));
    const shared = {
      rootDir,
      isCategorized,
      dmVersion: from === 'dm_v1' || to === 'dm_v1' ? DMVersion.V1 : DMVersion.V2,
    };
    const converter =
      to === 'yolo'
        ? new FromDMToYOLOConverter(shared)
        : new YOLOToDMConverter({ ...shared, classNames: options.classes, onError: options.onError });
    converter.saveToFolder(staged.folder, staged.target);
    const report = reportOf(converter, route, { from, to });
    writeFileSync(join(staged.folder, REPORT_NAME), `${JSON.stringify(report, null, 2)}\n`);
    await staged.commit();
    return { ...report, path: staged.target, config_path: to === 'yolo' ? join(staged.target, 'dataset.yaml') : null };
  } catch (error) {
    staged.discard();
    throw error;
  }
}

function reportOf(
  converter: FromDMToYOLOConverter | YOLOToDMConverter,
  route: ConversionRoute,
  { from, to }: { readonly from: string; readonly to: string },
): ConversionReport {
  return {
    source_format: from,
    target_format: to,
    route: route.steps,
    route_loses: route.loses,
    ...converter.counts,
    annotations_written: converter.counts.annotations,
    classes: converter.classNames.map(String),
    losses: [
      ...(converter instanceof FromDMToYOLOConverter ? converter.losses : []),
      ...uncounted(route, converter.counts.images),
    ],
    problems: converter.problems.list(),
    copied_instead_of_linked: 0,
  };
}

/** What it drops, it does not count; so the report can only name what that may be. */
function uncounted({ loses }: ConversionRoute, images: number): ConversionReport['losses'] {
  if (loses.length === 0) return [];
  const reason = `the way of the original drops ${loses.join(', ')} and does not count them; this is the number of pictures`;
  return [{ field: 'not counted', reason, count: images, places: [] }];
}

/** Options that would be passed over in silence. */
function refuseOptions(to: string, { classes, images, onError, task }: ConvertOptions): void {
  const asked: Readonly<Record<string, boolean>> = {
    '--classes': to === 'yolo' && classes !== undefined,
    '--images': images !== undefined && images !== ImageHandling.Copy,
    '--on-error skip': to === 'yolo' && onError === OnError.Skip,
    '--task': task !== undefined,
  };
  const unknown = Object.keys(asked).filter((name) => asked[name]);
  if (unknown.length === 0) return;
  throw new UsageError(`The way of the original has no ${unknown.join(', no ')}. Leave that or --compat out.`);
}

function isDm(format: string): boolean {
  return format === 'dm_v1' || format === 'dm_v2';
}
