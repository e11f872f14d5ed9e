/** A word that could come next. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** Words that could come next, or a kind of path that the shell itself completes. */
export type Completion = { readonly candidates: readonly Candidate[] } | { readonly complete: 'folders' | 'files' };
