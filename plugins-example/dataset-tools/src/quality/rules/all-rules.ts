import type { QualityLimits, QualityRule } from '../quality-rule.js';
import { duplicateShapes, overlappingBoxes } from './pair-rules.js';
import { classImbalance, rareClasses, samePictures } from './set-rules.js';
import { degenerateShapes, outOfImage, strayKeypoints, tinyShapes, unlabelledPictures } from './shape-rules.js';

/** Every rule, made anew for one data set, in the order of the report. */
export function allRules(limits: QualityLimits): readonly QualityRule[] {
  return [
    outOfImage(),
    degenerateShapes(),
    duplicateShapes(limits),
    strayKeypoints(),
    samePictures(),
    tinyShapes(limits),
    overlappingBoxes(limits),
    unlabelledPictures(),
    classImbalance(limits),
    rareClasses(limits),
  ];
}
