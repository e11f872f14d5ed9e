import { setImmediate as turn } from 'node:timers/promises';
import { EventFlusher } from './event-flusher.js';
import { LendingEventStream } from './lending-event-stream.js';
import { CollectingSink, until, upTo } from './reporting.fixture.js';
import type { RunEvent } from './run-event.js';

/** Answers when the spec says so. */
class HeldSink extends CollectingSink {
  readonly answers: PromiseWithResolvers<void>[] = [];

  override append(_runId: string, events: readonly RunEvent[]): Promise<void> {
    const answer = Promise.withResolvers<void>();
    this.answers.push(answer);
    return answer.promise.then(() => void super.append('', events));
  }
}

const log = (event: string): object => ({ event, data: {}, file: null, step: null, level: 'info' });
const END = { type: 'run.completed', data: {}, now: 5 } as const;

function setUp<S extends CollectingSink>(sink: S, redact?: (data: object) => object) {
  const heard: number[] = [];
  const stream = new LendingEventStream({ runId: 'r', attempt: 1, sink, flusher: new EventFlusher() }, redact);
  stream.subscribe(({ seq }) => void heard.push(seq));
  return { sink, stream, heard };
}
const seqsOf = (events: readonly RunEvent[]): number[] => events.map(({ seq }) => seq);

describe(LendingEventStream, () => {
  it('lends what waits, numbered, and stores none of it itself', async () => {
    const { sink, stream, heard } = setUp(new CollectingSink());
    stream.emit('run.started', {});
    stream.emit('log', log('a'));
    const lent = stream.lend();
    stream.flush();
    stream.giveBack(true);
    await stream.drained();

    expect(seqsOf(lent)).toEqual([1, 2]);
    expect(sink.events).toEqual([]);
    expect(heard).toEqual([1, 2]);
  });

  it('lends nothing where nothing waits', () => {
    const { stream } = setUp(new CollectingSink());

    expect(stream.lend()).toEqual([]);
    stream.giveBack(true);
    expect(stream.lend()).toEqual([]);
    stream.giveBack(false);
  });

  it('keeps what comes during a loan for later, with the numbers that follow', () => {
    const { sink, stream } = setUp(new CollectingSink());
    stream.emit('log', log('a'));
    expect(seqsOf(stream.lend())).toEqual([1]);
    stream.emit('log', log('b'));
    stream.flush();
    expect(sink.events).toEqual([]);
    stream.giveBack(true);
    stream.flush();

    expect(sink.seqs).toEqual([2]);
  });

  it('lends events again that an append under way carries, and does not count its answer any more', async () => {
    const { sink, stream, heard } = setUp(new HeldSink());
    stream.emit('log', log('a'));
    stream.flush();
    stream.emit('log', log('b'));
    const lent = stream.lend();
    sink.answers[0]?.reject(new Error('no answer'));
    await turn();
    expect(seqsOf(lent)).toEqual([1, 2]);
    expect(heard).toEqual([]);
    stream.giveBack(true);
    await stream.drained();

    expect(heard).toEqual([1, 2]);
    expect(sink.answers).toHaveLength(1);
  });

  it('stores itself what comes back unstored', async () => {
    const { sink, stream, heard } = setUp(new CollectingSink());
    stream.emit('log', log('a'));
    stream.lend();
    stream.giveBack(false);
    await until(() => sink.events.length === 1);
    stream.emit('log', log('b'));
    await stream.close('run.completed', {});
    await stream.drained();

    expect(sink.seqs).toEqual([1, 2, 3]);
    expect(heard).toEqual([1, 2, 3]);
  });

  it('ends with the loan', () => {
    const { sink, stream } = setUp(new CollectingSink());
    stream.emit('log', log('a'));
    const lent = stream.lend(END);
    stream.giveBack(true);
    stream.emit('log', log('late'));

    expect(lent.map(({ seq, type }) => `${seq} ${type}`)).toEqual(['1 log', '2 run.completed']);
    expect(lent[1]?.time).toBe('1970-01-01T00:00:00.005Z');
    expect(stream.ignoredAfterClose).toBe(1);
    expect(sink.events).toEqual([]);
  });

  it('ends without an event where there has been one', () => {
    const { stream } = setUp(new CollectingSink());
    stream.emit('log', log('a'));

    expect(stream.lend({ data: {}, now: 5 }).map(({ type }) => type)).toEqual(['log']);
    stream.giveBack(true);
    stream.emit('log', log('late'));
    expect(stream.ignoredAfterClose).toBe(1);
  });

  it('has not ended when its end comes back unstored: another one takes the number', () => {
    const { stream } = setUp(new CollectingSink());
    stream.emit('log', log('a'));
    stream.lend(END);
    stream.giveBack(false);
    const lent = stream.lend({ ...END, type: 'run.failed' });

    expect(lent.map(({ seq, type }) => `${seq} ${type}`)).toEqual(['1 log', '2 run.failed']);
  });

  it.each([true, false])(
    'waits for its loan to end before it is settled, given back as stored: %s',
    async (areStored) => {
      const { sink, stream } = setUp(new CollectingSink());
      stream.emit('log', log('a'));
      stream.lend();
      const timers = jest.spyOn(globalThis, 'setTimeout');
      const settled = stream.settle();
      const delaysMs = timers.mock.calls.map(([, delayMs]) => delayMs ?? 0);
      timers.mockRestore();
      stream.giveBack(areStored);

      expect(await settled).toBe(true);
      expect(sink.events).toHaveLength(areStored ? 0 : 1);
      // It does not look again and again meanwhile.
      expect(delaysMs.filter((delayMs) => delayMs < 1_000)).toEqual([]);
    },
  );

  it('lends all that waits with its end, however much it is', () => {
    const { stream } = setUp(new HeldSink());
    for (const number of upTo(3_500)) stream.emit('log', log(String(number)));
    const lent = stream.lend(END);

    expect(seqsOf(lent)).toEqual(upTo(3_501));
    expect(lent.at(-1)?.type).toBe('run.completed');
  });

  it('takes out what must not be stored, of its end too', () => {
    const { stream } = setUp(
      new CollectingSink(),
      (data) => JSON.parse(JSON.stringify(data).replaceAll('sesame', '*')) as object,
    );
    stream.emit('log', log('open sesame'));
    const lent = stream.lend({ ...END, data: { error: 'sesame' } });

    expect(JSON.stringify(lent)).not.toContain('sesame');
    expect(lent[1]?.data).toEqual({ error: '*' });
  });

  it('stores nothing more once it is abandoned, whatever is under way', async () => {
    const { sink, stream, heard } = setUp(new HeldSink());
    stream.emit('log', log('a'));
    stream.flush();
    stream.emit('log', log('b'));
    stream.abandon();
    stream.emit('log', log('c'));
    sink.answers[0]?.resolve();
    await turn();
    stream.flush();

    expect(sink.answers).toHaveLength(1);
    expect(heard).toEqual([]);
  });
});
