import { isPlainObject } from './value-type.js';

interface Visit {
  readonly value: object;
  readonly key: string | number;
  readonly parent: Visit | undefined;
}

/**
 * Looks through free-form JSON for keys that pollute prototypes when careless code merges it: `__proto__`, and a `constructor`
 * that holds an object. A text or number called `constructor` is an innocent label.
 *
 * Goes without recursion, so depth cannot exhaust the stack, and visits each object once, so cycles end.
 *
 * @returns The dotted path of the first one, or undefined.
 */
export function findHostileKey(root: unknown): string | undefined {
  if (!isContainer(root)) return undefined;
  const seen = new Set<object>([root]);
  const pending: Visit[] = [{ value: root, key: '', parent: undefined }];
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const hostile = Array.isArray(visit.value)
      ? queueItems(visit.value, visit, { seen, pending })
      : queueEntries(visit.value as Record<string, unknown>, visit, { seen, pending });
    if (hostile !== undefined) return pathOf(visit, hostile);
  }
  return undefined;
}

interface Queue {
  readonly seen: Set<object>;
  readonly pending: Visit[];
}

function queueItems(items: readonly unknown[], parent: Visit, queue: Queue): undefined {
  for (let index = 0; index < items.length; index++) enqueue(items[index], index, parent, queue);
}

/** Queues the entries' values, and returns the first hostile key. */
function queueEntries(entries: Readonly<Record<string, unknown>>, parent: Visit, queue: Queue): string | undefined {
  for (const key of Object.keys(entries)) {
    if (key === '__proto__') return key;
    const child = entries[key];
    if (key === 'constructor' && typeof child === 'object' && child !== null) return key;
    enqueue(child, key, parent, queue);
  }
  return undefined;
}

function enqueue(value: unknown, key: string | number, parent: Visit, { seen, pending }: Queue): void {
  if (typeof value !== 'object' || !isContainer(value) || seen.has(value)) return;
  seen.add(value);
  pending.push({ value, key, parent });
}

function isContainer(value: unknown): value is object {
  return Array.isArray(value) || isPlainObject(value);
}

/** Paths are written only for the one key that is told. */
function pathOf(visit: Visit, key: string): string {
  const steps: (string | number)[] = [key];
  for (let at: Visit | undefined = visit; at?.parent !== undefined; at = at.parent) steps.unshift(at.key);
  return steps.join('.');
}
