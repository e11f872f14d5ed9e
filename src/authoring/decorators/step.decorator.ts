import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import type { ActionRetry, ClassOf } from './action.decorator.js';
import { STEP_METADATA } from './metadata.constants.js';

/** What `@Step` can be told. */
export interface StepOptions {
  /** Name of the step within its action. */
  readonly name: string;
  /** Share of the action's progress; any positive number. @defaultValue 1 */
  readonly weight?: number;
  readonly retry?: ActionRetry;
  /** Longest time of one try, in milliseconds. @defaultValue no limit */
  readonly timeoutMs?: number;
}

/** Makes a class a step: an injectable singleton that actions name in their `steps`. */
export function Step(options: StepOptions): <T extends ClassOf<object>>(target: T) => void {
  return (target) => {
    Injectable()(target as never);
    Reflect.defineMetadata(STEP_METADATA, options, target);
  };
}
