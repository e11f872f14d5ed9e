import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import type { StepClass } from '../steps/base-step.js';
import { STEP_METADATA, type StepOptions } from '../steps/step-options.js';

/** Makes a class a step: an injectable singleton that actions name in their `steps`. */
export function Step(options: StepOptions): <T extends StepClass>(target: T) => void {
  return (target) => {
    Injectable()(target as never);
    Reflect.defineMetadata(STEP_METADATA, options, target);
  };
}
