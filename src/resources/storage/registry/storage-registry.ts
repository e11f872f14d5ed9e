import { Injectable, type Type } from '@nestjs/common';
import { ParamsInvalidError } from '../../../foundation/errors/plugin.errors.js';
import { StorageConfigError, StorageProviderNotFoundError } from '../../../foundation/errors/storage.errors.js';
import { ParamsValidator } from '../../../foundation/schema/params.validator.js';
import type { StorageProvider } from '../storage-provider.interface.js';
import { BUILT_IN_PROVIDERS, PROVIDERS_BY_SCHEME } from './built-in-providers.js';
import type { StorageProviderDefinition } from './provider-definition.js';
import { type StorageAddress, storageAddressOf } from './storage-address.js';
import { StorageConfig, type StorageConfigInput } from './storage-config.js';

/**
 * Makes storages of configurations, by the provider's name. Knows the built-in ones from the start. A host injects its own and registers more in it; what
 * `registerProvider` made known to the whole process is known to every registry.
 */
@Injectable()
export class StorageRegistry {
  readonly #definitions = new Map<string, StorageProviderDefinition>();
  readonly #validator = new ParamsValidator({ unknownKeys: 'ignore' });

  /** Makes a provider known under one or more names; a name that is known already stands for the new one. */
  register(names: string | readonly string[], definition: StorageProviderDefinition): this {
    for (const name of typeof names === 'string' ? [names] : names) this.#definitions.set(name, definition);
    return this;
  }

  /** All known names, in the order in which they became known. */
  names(): string[] {
    return [...new Set([...Object.keys(BUILT_IN_PROVIDERS), ...PROCESS_WIDE.keys(), ...this.#definitions.keys()])];
  }

  /**
   * The class of a provider.
   *
   * @throws {@link StorageProviderNotFoundError} with the known names.
   */
  async getProviderClass(name: string): Promise<Type<StorageProvider>> {
    return this.#definition(name).load();
  }

  /**
   * The configuration as an instance of the provider's own class, defaults filled in.
   *
   * @throws {@link StorageConfigError}, {@link StorageProviderNotFoundError}
   */
  async getTypedConfig(config: StorageConfigInput): Promise<object> {
    const { provider, configuration } = await this.#checked('?', StorageConfig, config);
    return this.#checked(provider, this.#definition(provider).configuration, configuration);
  }

  /**
   * A storage. It connects on first use, and is to be closed by whoever asked for it.
   *
   * @throws {@link StorageConfigError}, {@link StorageProviderNotFoundError}
   */
  async getStorage(config: StorageConfigInput): Promise<StorageProvider> {
    const typed = await this.getTypedConfig(config);
    const ProviderClass = await this.getProviderClass(config.provider);
    return new ProviderClass(typed);
  }

  /**
   * The storage that a URL names, and the folder in it: `file:///srv/files`, `s3://bucket/folder`, `sftp://user@host/folder?private_key=env:KEY`, or a URL of
   * a registered provider.
   *
   * @param variables - What `env:NAME` in it and the defaults of a provider are read from. @defaultValue those of the process
   * @throws {@link StorageConfigError}, {@link StorageProviderNotFoundError}
   */
  getAddress(url: string, variables: Readonly<NodeJS.ProcessEnv> = process.env): StorageAddress {
    const parsed = URL.parse(url);
    if (parsed === null || !url.includes('://') || parsed.hash !== '') {
      throw new StorageConfigError('?', [{ path: '', message: 'its URL must be one like s3://bucket/folder' }]);
    }
    const scheme = parsed.protocol.slice(0, -1);
    const provider = PROVIDERS_BY_SCHEME[scheme] ?? scheme;
    return storageAddressOf(provider, parsed, this.#definition(provider), variables);
  }

  #definition(name: string): StorageProviderDefinition {
    const own = this.#definitions.get(name) ?? PROCESS_WIDE.get(name);
    const known = own ?? (Object.hasOwn(BUILT_IN_PROVIDERS, name) ? BUILT_IN_PROVIDERS[name] : undefined);
    if (known === undefined) throw new StorageProviderNotFoundError(name, this.names());
    return known;
  }

  /** Its errors say which rules are broken, and nothing of the values. */
  async #checked<T extends object>(provider: string, type: Type<T>, input: unknown): Promise<T> {
    try {
      return await this.#validator.parse(provider, type, input);
    } catch (thrown) {
      throw thrown instanceof ParamsInvalidError ? new StorageConfigError(provider, thrown.issues) : thrown;
    }
  }
}

/** What {@link registerProvider} knows. The one list of a process: packages register themselves when they are loaded, before there is any registry. */
const PROCESS_WIDE = new Map<string, StorageProviderDefinition>();

/** Makes a provider known under one or more names in the whole process; a name that is known already stands for the new one. */
export function registerProvider(names: string | readonly string[], definition: StorageProviderDefinition): void {
  for (const name of typeof names === 'string' ? [names] : names) PROCESS_WIDE.set(name, definition);
}
