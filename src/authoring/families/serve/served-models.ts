import { createHash } from 'node:crypto';
import type { ServedModelId } from './model-id.js';

/** How models are kept that requests are answered with. */
export interface ServedModelsOptions<M> {
  /** Loads a model: fetches its files, reads them. */
  load(id: ServedModelId): Promise<M>;
  /** Gives back what a model holds, when it has made room for another. @defaultValue nothing */
  readonly release?: (model: M) => void | Promise<void>;
  /** Most models in memory, 1 and up. @defaultValue 3 */
  readonly maxModels?: number;
}

/** Models that requests are answered with: each loaded once, whoever asks meanwhile, and the one that was not asked for longest makes room. */
export class ServedModels<M> {
  readonly #options: ServedModelsOptions<M>;
  /** In the order of their last use. */
  readonly #models = new Map<string, Promise<M>>();

  constructor(options: ServedModelsOptions<M>) {
    this.#options = options;
  }

  get size(): number {
    return this.#models.size;
  }

  /** The model of a request. A failed load is not kept: the next request tries again. */
  async get(id: ServedModelId): Promise<M> {
    const key = keyOf(id);
    const known = this.#models.get(key);
    const model = known ?? this.#options.load(id);
    this.#models.delete(key);
    this.#models.set(key, model);
    if (known) return known;
    try {
      await this.#makeRoom();
      return await model;
    } catch (error) {
      if (this.#models.get(key) === model) this.#models.delete(key);
      throw error;
    }
  }

  /** Releases all of them. */
  async clear(): Promise<void> {
    for (const [key, model] of [...this.#models]) {
      this.#models.delete(key);
      await this.#release(model);
    }
  }

  async #makeRoom(): Promise<void> {
    const { maxModels = 3 } = this.#options;
    for (const [key, model] of [...this.#models].slice(0, Math.max(0, this.#models.size - Math.max(1, maxModels)))) {
      this.#models.delete(key);
      await this.#release(model);
    }
  }

  async #release(model: Promise<M>): Promise<void> {
    const loaded = await model.catch(() => undefined);
    if (loaded !== undefined) await this.#options.release?.(loaded);
  }
}

/** Who may not see a model must not get it from memory, so the token is a part of the key; not in clear, since keys end up in dumps. */
function keyOf({ model, token, tenant = '' }: ServedModelId): string {
  return `${model}:${createHash('sha256').update(`${tenant}\n${token}`).digest('hex')}`;
}
