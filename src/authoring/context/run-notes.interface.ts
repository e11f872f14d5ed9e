/**
 * What a step at work notes with its run: a journal hears of a step when it has ended, and until then this is all that another process, on whatever
 * host, knows of what the step has done.
 */
export interface RunNotes {
  /**
   * Keeps a note under a name; durable when it resolves, together with the notes that are written meanwhile.
   *
   * @param note - Plain JSON, and small: an id, a path, a checksum.
   * @throws NoteSecretError for a note that holds a secret of the params: it is not kept.
   * @throws LeaseLostError when the run is not this process's any more: nothing may be done that builds on the note.
   */
  write(name: string, note: object): Promise<void>;
  /** The notes under a name, of all attempts, in the order of their writing. */
  read(name: string): AsyncIterable<object>;
}
