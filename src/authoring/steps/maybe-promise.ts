/** A value, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether `value` has a `then`. A query builder's, or another realm's promise, need not be a Promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function';
}
