/** What is shown in place of a secret. */
export const MASK = '***';

const SECRET_WORDS = new Set([
  'token',
  'tokens',
  'secret',
  'secrets',
  'password',
  'passwords',
  'passwd',
  'pwd',
  'passphrase',
  'credential',
  'credentials',
  'authorization',
  'apikey',
]);
/** Holds secrets among other things. */
const STORAGE_CONFIGURATION = 'SYNAPSE_STORAGE_CONFIGURATION';
const SECRET_KEYS_BY_FIRST_WORD = new Set(['api', 'access', 'private', 'secret', 'signing', 'encryption']);

/** Whether a value under this name is a secret by its name: `SYNAPSE_ACCESS_TOKEN`, `apiKey`, `db.password`. */
export function isSecretKey(key: string): boolean {
  if (key === STORAGE_CONFIGURATION) return true;
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some(
    (word, index) =>
      SECRET_WORDS.has(word) || (word === 'key' && index > 0 && SECRET_KEYS_BY_FIRST_WORD.has(words[index - 1] ?? '')),
  );
}

/** Whether a value is a secret by itself: an address with a password in it. */
export function holdsSecret(value: unknown): boolean {
  return typeof value === 'string' && /:\/\/[^/?#\s]*:[^/?#\s]+@/.test(value);
}
