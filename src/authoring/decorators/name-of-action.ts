/**
 * The name of an action class that gives none: its own name less the suffix `Action`, in lower case, as the original has it
 * (`HTTPExportAction` is `httpexport`). A class called just `Action` keeps that word, since a name must not be empty.
 */
export function nameOfActionClass(className: string): string {
  return (className.replace(/Action$/, '') || className).toLowerCase();
}
