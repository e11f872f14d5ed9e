/** A place files are kept, as actions see it in `ctx.storage`. Also the token a host provides its own under. */
export abstract class StorageProvider {
  /**
   * Copies a local file to `target`, a key relative to the provider's root, and resolves to its URL.
   * An existing object is replaced.
   */
  abstract upload(source: string, target: string, options?: { readonly signal?: AbortSignal }): Promise<string>;
  /** Copies the object at `key` to a local file, written beside its target and renamed. */
  abstract download(key: string, target: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
  abstract exists(key: string): Promise<boolean>;
  /** Removes the object; resolves to whether there was one. */
  abstract delete(key: string): Promise<boolean>;
  /** The URL under which others find the object; says nothing about whether it exists. */
  abstract getUrl(key: string): string;
}
