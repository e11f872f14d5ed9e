import { ClientError } from '../../foundation/errors/client.errors.js';
import { isRecord } from '../../foundation/schema/json-safe.js';

/** One page of a list, as the platform sends it. */
export interface ResultPage<T> {
  /** How many there are in all, as far as the platform knows. */
  readonly count: number;
  /** URL of the next page; null on the last. */
  readonly next: string | null;
  readonly previous?: string | null;
  readonly results: readonly T[];
}

/** Fetches one page: the first for null, else the one at the URL. */
export type PageFetcher = (url: string | null) => Promise<unknown>;

/**
 * A list that comes in pages, each of them asked for once and only when it is needed.
 *
 * @example
 * ```ts
 * for await (const unit of client.listDataUnits({ data_collection: 9 })) console.log(unit.id);
 * ```
 */
export class PagedResults<T> implements AsyncIterable<T> {
  readonly #fetch: PageFetcher;
  #first: Promise<ResultPage<T>> | undefined;
  #count: Promise<number> | undefined;

  constructor(fetch: PageFetcher) {
    this.#fetch = fetch;
  }

  /** The first page, with the count of all. Asked for once, however often it is read before the list is gone through. */
  first(): Promise<ResultPage<T>> {
    return (this.#first ??= this.#page(null));
  }

  /** How many there are in all, as the platform says with the first page. It may be wrong by the time the last one comes. */
  count(): Promise<number> {
    return (this.#count ??= this.first().then(({ count }) => count));
  }

  /**
   * Page by page, at most one of them in memory.
   *
   * @throws {@link ClientError} for an answer that is no page, or pages that lead in a circle.
   */
  async *pages(): AsyncGenerator<ResultPage<T>> {
    let page = await this.first();
    this.#first = undefined; // what was gone through is not held
    for (let at: string | null = null; ;) {
      yield page;
      if (page.next === null) return;
      if (page.next === at) throw new ClientError(`The page ${new URL(at).pathname} names itself as the next one.`);
      at = page.next;
      page = await this.#page(at);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for await (const { results } of this.pages()) yield* results;
  }

  async #page(url: string | null): Promise<ResultPage<T>> {
    const page = await this.#fetch(url);
    if (!isRecord(page) || !Array.isArray(page['results'])) {
      throw new ClientError('The answer is no page of a list: it has no results.', { details: { url } });
    }
    const { count, next } = page;
    const results = page['results'] as readonly T[];
    const total = typeof count === 'number' && count >= 0 ? count : results.length;
    return { count: total, next: typeof next === 'string' && next !== '' ? next : null, results };
  }
}
