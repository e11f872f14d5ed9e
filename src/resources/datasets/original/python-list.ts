/** Characters that a quoted text of the original's form would change or break on. */
const NEEDS_ESCAPES = /[\\\p{C}\u2028\u2029]/u;

/** Names as the original writes them: a list in brackets. Where its form would change a name, the form is YAML's own. */
export function pythonList(names: readonly (string | number)[]): string {
  return `[${names.map((name) => (typeof name === 'number' ? String(name) : quoted(name))).join(', ')}]`;
}

function quoted(name: string): string {
  if (NEEDS_ESCAPES.test(name) || (name.includes("'") && name.includes('"'))) return JSON.stringify(name);
  return name.includes("'") ? `"${name}"` : `'${name}'`;
}
