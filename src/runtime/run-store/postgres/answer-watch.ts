/** A statement that the server has not answered yet. */
interface Awaited {
  readonly sinceMs: number;
  readonly fail: (late: Error) => void;
}

/**
 * Ends the wait for answers that take too long. One timer for all of them, which goes off once a limit at most: one for each statement, as the
 * driver has it, costs as much as to make the statement.
 */
export class AnswerWatch {
  /** In the order in which they were sent. A list, not a Set: the tables that a Set leaves behind when it is added to and deleted from keep what they held for long. */
  readonly #awaited: Awaited[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param limitMs - How long the server may take for a statement, in milliseconds. */
  constructor(private readonly limitMs: number) {}

  /** @param fail - Is told when the answer has taken too long. Its connection is of no use then: nobody knows what it is doing. */
  begin(fail: (late: Error) => void): Awaited {
    const awaited: Awaited = { sinceMs: performance.now(), fail };
    this.#awaited.push(awaited);
    // The connection keeps the process alive while it is at work, not this.
    this.#timer ??= setTimeout(() => this.#check(), this.limitMs).unref();
    return awaited;
  }

  /** The answer is there, whatever it says. @returns false where it comes too late, and nobody is to hear of it. */
  end(awaited: Awaited): boolean {
    const index = this.#awaited.indexOf(awaited);
    if (index >= 0) this.#awaited.splice(index, 1);
    return index >= 0;
  }

  #check(): void {
    this.#timer = undefined;
    // A timer may go off a fraction of a millisecond early.
    const latestMs = performance.now() - this.limitMs + 1;
    const late = this.#awaited.filter(({ sinceMs }) => sinceMs <= latestMs);
    for (const awaited of late) {
      this.end(awaited);
      awaited.fail(new Error('query read timeout')); // the words by which the driver's own limit is known
    }
    const [first] = this.#awaited;
    if (first) this.#timer = setTimeout(() => this.#check(), Math.ceil(first.sinceMs - latestMs)).unref();
  }
}
