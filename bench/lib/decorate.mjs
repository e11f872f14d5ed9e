import 'reflect-metadata';

/** Applies decorators the way the compiler does, since rows are plain JavaScript. */
export function decorate(type, { on = [], fields = {}, methods = {} }) {
  for (const [key, { type: fieldType, rules }] of Object.entries(fields)) {
    Reflect.defineMetadata('design:type', fieldType, type.prototype, key);
    for (const rule of rules) rule(type.prototype, key);
  }
  for (const [key, { params, decorators }] of Object.entries(methods)) {
    Reflect.defineMetadata('design:paramtypes', params, type.prototype, key);
    for (const decorator of decorators)
      decorator(type.prototype, key, Object.getOwnPropertyDescriptor(type.prototype, key));
  }
  for (const decorator of on) decorator(type);
  return type;
}
