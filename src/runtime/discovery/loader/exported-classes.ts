import type { ClassOf } from '../../../authoring/decorators/action.decorator.js';
import { actionOptionsOf, methodActionsOf } from '../../../authoring/decorators/metadata.accessor.js';
import { stepOptionsOf } from '../../../authoring/steps/step-options.js';
import type { LoadedAction } from '../plugin-identity.js';

/** What a set of values holds that a plugin's module is made of. */
export interface ExportedClasses {
  readonly actions: readonly LoadedAction[];
  readonly steps: readonly ClassOf<object>[];
  readonly modules: readonly ClassOf<object>[];
  readonly injectables: readonly ClassOf<object>[];
}

/** Nest's own keys: what `@Module` writes, and what `@Injectable` leaves as a mark. */
const MODULE_KEYS = ['imports', 'providers', 'controllers', 'exports'];
const INJECTABLE_MARK = '__injectable__';

/**
 * The decorated classes among exported values, and those that exported Nest modules provide. Other values are passed over.
 *
 * @param exported - Export names and values. A class that is exported twice goes by the first of its names.
 * @param place - What entrypoints begin with, e.g. `dist/index`.
 */
export function exportedClassesOf(exported: Iterable<readonly [string, unknown]>, place: string): ExportedClasses {
  const names = new Map<ClassOf<object>, string>();
  for (const [name, value] of exported) {
    if (isClass(value) && !names.has(value)) names.set(value, name);
  }
  const modules = [...names.keys()].filter(isNestModule);
  for (const type of providersWithin(modules)) {
    if (!names.has(type)) names.set(type, type.name);
  }
  const types = [...names.keys()];
  return {
    actions: types.flatMap((type) => actionsOf(type, `${place}:${names.get(type) ?? type.name}`)),
    steps: types.filter((type) => stepOptionsOf(type) !== undefined),
    modules,
    injectables: types.filter((type) => Reflect.hasOwnMetadata(INJECTABLE_MARK, type) && !isNestModule(type)),
  };
}

/** A class as a value; arrow functions and the like have no prototype. */
export function isClass(value: unknown): value is ClassOf<object> {
  return typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== null;
}

/** Whether a class carries `@Module` with anything in it. */
function isNestModule(type: ClassOf<object>): boolean {
  return MODULE_KEYS.some((key) => Reflect.hasOwnMetadata(key, type));
}

/** The actions that a class and its methods are; `entrypoint` is the class's own. */
export function actionsOf(type: ClassOf<object>, entrypoint: string): LoadedAction[] {
  const own = actionOptionsOf(type) ? [{ type, entrypoint }] : [];
  return [
    ...own,
    ...methodActionsOf(type).map(({ method }) => ({ type, method, entrypoint: `${entrypoint}.${method}` })),
  ];
}

/** What a module may hold as a provider or import: a class, or an object that leads to one. */
interface ModulePart {
  readonly module?: unknown;
  readonly useClass?: unknown;
  readonly forwardRef?: () => unknown;
  readonly imports?: readonly unknown[];
  readonly providers?: readonly unknown[];
}

/** Decorated classes that modules provide, be it by way of what they import. */
function providersWithin(modules: readonly ClassOf<object>[]): Set<ClassOf<object>> {
  const found = new Set<ClassOf<object>>();
  const seen = new Set<unknown>(modules);
  for (const part of seen) {
    const { imports, providers } = contentsOf(part);
    imports.forEach((imported) => seen.add(resolved(imported)));
    for (const provider of providers) {
      const type = isClass(provider) ? provider : (provider as ModulePart | null)?.useClass;
      if (isClass(type)) found.add(type);
    }
  }
  return found;
}

/** What `@Module` says, with what a dynamic module adds. */
function contentsOf(part: unknown): { imports: readonly unknown[]; providers: readonly unknown[] } {
  if (isClass(part)) return { imports: listOf('imports', part), providers: listOf('providers', part) };
  const { module, imports = [], providers = [] } = (part ?? {}) as ModulePart;
  const own = isClass(module) ? contentsOf(module) : { imports: [], providers: [] };
  return { imports: [...own.imports, ...imports], providers: [...own.providers, ...providers] };
}

function listOf(key: string, type: ClassOf<object>): readonly unknown[] {
  return (Reflect.getMetadata(key, type) as unknown[] | undefined) ?? [];
}

function resolved(imported: unknown): unknown {
  const { forwardRef } = (imported ?? {}) as ModulePart;
  return typeof forwardRef === 'function' ? forwardRef() : imported;
}
