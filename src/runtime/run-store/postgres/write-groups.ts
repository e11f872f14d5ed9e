import type { LoneWrite, PostgresConnection } from './postgres-connection.js';
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

/** A write that is under way, or a group of them. */
interface Slot {
  readonly sinceMs: number;
}

/** Writes that may be under way before others wait for company. */
const MAX_UNDER_WAY = 2;
/** After which a write that is under way no longer holds others up, in milliseconds. */
const MAX_WAIT_MS = 50;
/** How many writes go together, the most first. Each size is a statement of its own, which each connection has to prepare and plan. */
const SIZES = [8, 4, 2, 1];

/**
 * Sends writes of several runs as one statement while the server is busy with others: one round trip and one wait for the disk for all of
 * them. A write that finds the server free is sent at once, and alone.
 */
export class WriteGroups {
  readonly #queue: Queued[] = [];
  /** A list, not a Set: the tables that a Set leaves behind when it is added to and deleted from keep what they held for long. */
  readonly #underWay: Slot[] = [];
  #relief: NodeJS.Timeout | undefined;

  constructor(private readonly connection: PostgresConnection) {}

  /**
   * Sends a write by itself where the server is free and a connection idle; undefined where it is not, and nothing was sent. As
   * {@link WriteGroups.send} would, but a fault is the caller's.
   */
  sendAtOnce<T>(write: LoneWrite<T>): Promise<T> | undefined {
    if (this.#underWay.length >= MAX_UNDER_WAY) return undefined;
    const slot = this.#begin();
    const sent = this.connection.writeAtOnce(write, () => this.#end(slot));
    if (!sent) this.#isOver(slot);
    return sent;
  }

  /**
   * @param writeOf - Makes the write as one of several, where it has to wait; undefined when it cannot go together with others.
   * @param alone - Sends the write by itself: when there is no company, and when the group did not write it, to learn why.
   * @param written - What a write that went with others has come to.
   */
  async send<T>(
    writeOf: () => GroupedWrite | undefined,
    alone: (isInDoubt: boolean) => Promise<T>,
    written: T,
  ): Promise<T> {
    if (this.#underWay.length < MAX_UNDER_WAY) return this.#whileUnderWay(() => alone(false));
    const write = writeOf();
    if (!write) return alone(false);
    const fate = await new Promise<Fate>((resolve) => {
      this.#queue.push({ ...write, resolve });
      this.#relief ??= setTimeout(() => this.#relieve(), MAX_WAIT_MS);
    });
    return fate === 'written' ? written : alone(fate === 'unknown');
  }

  async #whileUnderWay<T>(work: () => Promise<T>): Promise<T> {
    const slot = this.#begin();
    try {
      return await work();
    } finally {
      this.#end(slot);
    }
  }

  #begin(): Slot {
    const slot: Slot = { sinceMs: performance.now() };
    this.#underWay.push(slot);
    return slot;
  }

  #end(slot: Slot): void {
    this.#isOver(slot);
    this.#goOn();
  }

  #isOver(slot: Slot): void {
    const index = this.#underWay.indexOf(slot);
    if (index >= 0) this.#underWay.splice(index, 1);
  }

  #goOn(): void {
    while (this.#queue.length > 0 && this.#underWay.length < MAX_UNDER_WAY) {
      void this.#whileUnderWay(() => this.#sendNext());
    }
  }

  /** A write that takes long may wait for a row, or for a server that is away. Others need not wait with it. */
  #relieve(): void {
    this.#relief = undefined;
    const nowMs = performance.now();
    for (const slot of [...this.#underWay]) if (nowMs - slot.sinceMs >= MAX_WAIT_MS) this.#isOver(slot);
    this.#goOn();
    if (this.#queue.length > 0) this.#relief = setTimeout(() => this.#relieve(), MAX_WAIT_MS);
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
    const found = new Map<string, Queued>();
    for (const write of this.#queue) {
      if (found.size === SIZES[0]) break;
      if (write.kind === kind && !found.has(write.runId)) found.set(write.runId, write);
    }
    const size = SIZES.find((one) => one <= found.size) ?? 0;
    const group = [...found.values()].slice(0, size);
    for (const write of group) this.#queue.splice(this.#queue.indexOf(write), 1);
    return group.sort((left, right) => (left.runId < right.runId ? -1 : 1));
  }
}
