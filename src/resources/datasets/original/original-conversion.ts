import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isFolder } from '../io/file-names.js';
import { StagedTarget } from '../io/staged-target.js';
import type { ConversionReport, ConversionResult, ConvertOptions } from '../registry/conversion.js';
import type { ConversionRoute } from '../registry/route.js';
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

/** Converts as the original does, but for the defects that docs/guides/datasets.md names. */
export function convertLikeOriginal({ source, target, route, options }: OriginalOrder): ConversionResult {
  const { from = '', to = '' } = route.steps[0] ?? {};
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
    writeFileSync(join(staged.folder, 'loss-report.json'), `${JSON.stringify(report, null, 2)}\n`);
    staged.commit();
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
    losses: [],
    problems: converter.problems.list(),
    copied_instead_of_linked: 0,
  };
}

function isDm(format: string): boolean {
  return format === 'dm_v1' || format === 'dm_v2';
}
