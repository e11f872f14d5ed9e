import type { ScanConflict, ScannedClass } from './scan-result.js';

/** Names that several of `found` claim, in order of the first claim. */
export function conflictsOf(
  what: ScanConflict['what'],
  found: readonly (ScannedClass & { readonly name: string | null })[],
): ScanConflict[] {
  const owners = new Map<string, ScanConflict['owners'][number][]>();
  for (const { name, entrypoint, file, line, column } of found) {
    if (name === null) continue;
    const known = owners.get(name) ?? [];
    known.push({ entrypoint, file, line, column });
    owners.set(name, known);
  }
  return [...owners]
    .filter(([, all]) => all.length > 1)
    .map(([name, all]) => ({ what, name, owners: all, message: messageOf(what, name, all) }));
}

function messageOf(what: ScanConflict['what'], name: string, owners: ScanConflict['owners']): string {
  const places = owners
    .map(({ entrypoint, file, line, column }) => `${entrypoint} (${file}:${line}:${column})`)
    .join(', ');
  const decorator = what === 'action' ? 'Action' : 'Step';
  return `The ${what} name '${name}' is used ${owners.length} times: ${places}. Give all but one another name in @${decorator}({ name: '…' }).`;
}
