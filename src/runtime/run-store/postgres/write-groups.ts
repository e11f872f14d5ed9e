import type { PostgresConnection } from './postgres-connection.js';
import { isLost, type Statement } from './postgres-session.js';

/** A write that may be sent together with others of its kind. */
export interface GroupedWrite {
  /** Run that it writes. */
  readonly runId: string;
  /** Writes of one kind differ in their values only. */
  readonly kind: string;
  readonly values: readonly unknown[];
  /** The statement for so many writes of this kind. It answers with the ids of the runs it wrote. */
  readonly statementFor: (count: number) => Statement;
}

/** What became of a write that was sent together with others; `unknown` when the connection was lost. */
type Fate = 'written' | 'refused' | 'unknown';

interface Queued extends GroupedWrite {
  readonly resolve: (fate: Fate) => void;
}

/** Writes that may be under way before others wait for company. */
const MAX_UNDER_WAY = 3;
/** After which a write no longer holds others up: it may wait for a row, or for a server that is away, in milliseconds. */
const MAX_HOLD_UP_MS = 50;
/** Each size is a statement that each connection prepares. */
const MAX_TOGETHER = 8;

/**
 * Sends writes of several runs as one statement while the server is busy with others: one round trip and one wait for the disk for all of
 * them. A write that finds the server free is sent at once, and alone.
 */
export class WriteGroups {
  readonly #queue: Queued[] = [];
  #underWay = 0;

  constructor(private readonly connection: PostgresConnection) {}

  /**
   * @param alone - Sends the write by itself: when there is no company, and when the group did not write it, to learn why.
   * @param written - What a write that went with others has come to.
   */
  async send<T>(write: GroupedWrite, alone: (isInDoubt: boolean) => Promise<T>, written: T): Promise<T> {
    if (this.#underWay < MAX_UNDER_WAY) return this.#whileUnderWay(() => alone(false));
    const fate = await new Promise<Fate>((resolve) => this.#queue.push({ ...write, resolve }));
    return fate === 'written' ? written : alone(fate === 'unknown');
  }

  async #whileUnderWay<T>(work: () => Promise<T>): Promise<T> {
    let isCounted = true;
    const makeWay = (): void => {
      if (!isCounted) return;
      isCounted = false;
      this.#underWay--;
      if (this.#queue.length > 0) void this.#whileUnderWay(() => this.#sendNext());
    };
    this.#underWay++;
    const timer = setTimeout(makeWay, MAX_HOLD_UP_MS);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      makeWay();
    }
  }

  async #sendNext(): Promise<void> {
    const group = this.#takeGroup();
    const [first] = group;
    if (!first) return;
    try {
      const values = group.flatMap((write) => write.values);
      const { rows } = await this.connection.once((session) =>
        session.execute<{ id: string }>(first.statementFor(group.length), values),
      );
      const written = new Set(rows.map(({ id }) => id));
      for (const { runId, resolve } of group) resolve(written.has(runId) ? 'written' : 'refused');
    } catch (thrown) {
      // Whose fault it is shows when each is sent alone.
      for (const { resolve } of group) resolve(isLost(thrown) ? 'unknown' : 'refused');
    }
  }

  /** The write that waits longest and others of its kind, each of another run, in the order in which rows are to be locked. */
  #takeGroup(): Queued[] {
    const kind = this.#queue[0]?.kind;
    const group = new Map<string, Queued>();
    for (const write of this.#queue) {
      if (group.size < MAX_TOGETHER && write.kind === kind && !group.has(write.runId)) group.set(write.runId, write);
    }
    const taken = new Set(group.values());
    this.#queue.splice(0, Infinity, ...this.#queue.filter((write) => !taken.has(write)));
    return [...taken].sort((left, right) => (left.runId < right.runId ? -1 : 1));
  }
}
