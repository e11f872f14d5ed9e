import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Packages of which a process must hold one instance: classes, metadata and tokens are compared by identity. */
export const SHARED_SPECIFIERS: readonly string[] = [
  'nest-synapse',
  'nest-synapse/errors',
  '@nestjs/common',
  '@nestjs/core',
  'class-transformer',
  'class-validator',
  'reflect-metadata',
  'rxjs',
  'rxjs/operators',
];

/** Where plugins find the host's own instances of the shared packages. */
export class HostModules {
  readonly #urls: ReadonlyMap<string, string>;
  #isHooked = false;

  constructor(urls: ReadonlyMap<string, string>) {
    this.#urls = urls;
  }

  /** The packages as this file itself would import them: what an application that uses the library has loaded. */
  static ofApplication(): HostModules {
    return new HostModules(new Map(SHARED_SPECIFIERS.map((specifier) => [specifier, import.meta.resolve(specifier)])));
  }

  /**
   * The packages as a bundle carries them.
   *
   * @param manifest - URL of a JSON file that maps specifiers to files beside it.
   */
  static ofBundle(manifest: URL): HostModules {
    const files = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, string>;
    return new HostModules(
      new Map(Object.entries(files).map(([specifier, file]) => [specifier, new URL(file, manifest).href])),
    );
  }

  /** URL of the host's instance, or undefined for a package that is not shared. */
  urlOf(specifier: string): string | undefined {
    return this.#urls.get(specifier);
  }

  /** Changes whenever the host's instances lie elsewhere; compiled plugins name those places. */
  get fingerprint(): string {
    return createHash('sha256')
      .update(JSON.stringify([...this.#urls]))
      .digest('hex');
  }

  /**
   * Leads every later import of a shared package to the host's instance, wherever it comes from: a plugin's own
   * dependencies import Nest as well. Takes effect for the whole process, once.
   */
  install(): void {
    if (this.#isHooked) return;
    this.#isHooked = true;
    registerHooks({
      resolve: (specifier, context, next) => {
        const url = this.#urls.get(specifier);
        // No format: some of the packages are CommonJS, and Node finds out which.
        return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
      },
    });
  }
}

/** Absolute path of a `file:` URL, or the text itself when it is a path already. */
export function pathOfUrl(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}

/** `file:` URL of an absolute path. */
export function urlOfPath(path: string): string {
  return pathToFileURL(path).href;
}
