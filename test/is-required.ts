/**
 * Whether tests that need something of the machine must run: CI installs it, and where that went wrong they must fail, not vanish.
 *
 * @param variable - Name of an environment variable that requires it elsewhere.
 */
export function isRequired(variable?: string): boolean {
  const words = [process.env['CI'], variable === undefined ? undefined : process.env[variable]];
  return words.some((word = '') => !['', '0', 'false'].includes(word));
}
