import { StorageConfigError } from '../../../foundation/errors/storage.errors.js';
import { cliFlagsOf } from '../../../foundation/schema/cli-flags.js';
import { secretFieldsOf } from '../../../foundation/schema/secret-fields.js';
import type { StorageProviderDefinition, StorageUrlParts } from './provider-definition.js';
import type { StorageConfigInput } from './storage-config.js';

/** Where the URL of a storage leads. */
export interface StorageAddress {
  readonly config: StorageConfigInput;
  /** Folder in the storage; the root for an empty one. */
  readonly prefix: string;
}

/** Begins what is not said in a URL: the name of the variable that holds it follows. */
const REFERENCE = 'env:';

/**
 * The storage that a URL names, and the folder in it. The URL's parameters are keys of the provider's configuration; what is secret among them stands there as
 * `env:NAME` only, as anything else may.
 *
 * @param variables - What `env:NAME` and the defaults of a provider are read from.
 * @throws {@link StorageConfigError}, which repeats neither the URL nor a value.
 */
export function storageAddressOf(
  provider: string,
  url: URL,
  definition: StorageProviderDefinition,
  variables: Readonly<NodeJS.ProcessEnv>,
): StorageAddress {
  const refuse: Refuse = (path, message) => {
    throw new StorageConfigError(provider, [{ path, message }]);
  };
  if (definition.ofUrl === undefined)
    return refuse('', 'this provider has no URLs; give its name and configuration, or define ofUrl with it');
  if (url.password !== '') refuse('', 'a password does not belong into a URL; write ?password=env:NAME in its place');
  const { configuration, prefix = '' } = partsOf(definition.ofUrl, url, variables, refuse);
  const given = parametersOf(url, definition, variables, refuse);
  return { config: { provider, configuration: { ...configuration, ...given } }, prefix };
}

type Refuse = (path: string, message: string) => never;

function partsOf(
  ofUrl: NonNullable<StorageProviderDefinition['ofUrl']>,
  url: URL,
  variables: Readonly<NodeJS.ProcessEnv>,
  refuse: Refuse,
): StorageUrlParts {
  try {
    return ofUrl(url, variables);
  } catch {
    return refuse('', 'its URL cannot be read');
  }
}

function parametersOf(
  url: URL,
  { configuration }: StorageProviderDefinition,
  variables: Readonly<NodeJS.ProcessEnv>,
  refuse: Refuse,
): Record<string, unknown> {
  const secrets = secretFieldsOf(configuration);
  const known = [...cliFlagsOf(configuration).map(({ name }) => name), ...secrets];
  const given: Record<string, unknown> = {};
  for (const [key, text] of url.searchParams) {
    if (!known.includes(key)) refuse(key, `is no part of its configuration, which has ${known.join(', ')}`);
    const name = text.startsWith(REFERENCE) ? text.slice(REFERENCE.length) : undefined;
    if (name === undefined && secrets.includes(key))
      refuse(key, `is secret: name the variable that holds it, as in ${key}=env:NAME`);
    const value = name === undefined ? text : variables[name];
    given[key] = value === undefined ? refuse(key, `the variable ${name} is not set`) : valueOf(value);
  }
  return given;
}

/** Headers and key files are objects; the rest is turned into what it should be by the provider's own rules. */
function valueOf(text: string): unknown {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
