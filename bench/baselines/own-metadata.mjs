import 'reflect-metadata';

/** The least that finding decorated classes and methods can be: ask each class and each of its own methods. */
export function findDecorated(classes, classKey, methodKey) {
  let found = 0;
  for (const type of classes) {
    if (Reflect.hasOwnMetadata(classKey, type)) found++;
    for (const name of Object.getOwnPropertyNames(type.prototype)) {
      const method = type.prototype[name];
      if (name !== 'constructor' && typeof method === 'function' && Reflect.hasOwnMetadata(methodKey, method)) found++;
    }
  }
  return found;
}
