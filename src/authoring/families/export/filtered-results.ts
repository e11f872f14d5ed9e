/** What is to be exported, and how much of it there is. */
export interface FilteredResults {
  readonly results: AsyncIterable<unknown> | Iterable<unknown>;
  readonly totalCount: number;
}
