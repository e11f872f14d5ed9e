import { AnswerWatch } from './answer-watch.js';

const LIMIT_MS = 1_000;

describe('AnswerWatch', () => {
  let watch: AnswerWatch;
  let late: string[];

  const begin = (name: string): ReturnType<AnswerWatch['begin']> =>
    watch.begin(({ message }) => late.push(`${name}: ${message}`));

  beforeEach(() => {
    jest.useFakeTimers();
    watch = new AnswerWatch(LIMIT_MS);
    late = [];
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('ends the wait for an answer that takes longer than the limit, in the words that the driver has for it', () => {
    begin('slow');
    jest.advanceTimersByTime(LIMIT_MS - 5);
    expect(late).toEqual([]);
    jest.advanceTimersByTime(5);
    expect(late).toEqual(['slow: query read timeout']);
  });

  it('leaves alone what was answered, also what is answered twice or after its time', () => {
    const answered = begin('answered');
    const slow = begin('slow');
    expect([watch.end(answered), watch.end(answered)]).toEqual([true, false]);
    jest.advanceTimersByTime(LIMIT_MS);
    expect(watch.end(slow)).toBe(false);
    expect(late).toEqual(['slow: query read timeout']);
  });

  it('gives each its whole time, however many were answered while it waited', () => {
    for (let ms = 0; ms < 900; ms += 100) {
      const quick = begin('quick');
      jest.advanceTimersByTime(50);
      const other = begin('other');
      watch.end(quick);
      jest.advanceTimersByTime(50);
      watch.end(other);
    }
    begin('first'); // after 900 ms
    jest.advanceTimersByTime(500);
    begin('second'); // after 1,400 ms
    jest.advanceTimersByTime(495);
    expect(late).toEqual([]);
    jest.advanceTimersByTime(5);
    expect(late).toEqual(['first: query read timeout']);
    jest.advanceTimersByTime(495);
    expect(late).toHaveLength(1);
    jest.advanceTimersByTime(5);
    expect(late).toEqual(['first: query read timeout', 'second: query read timeout']);
  });

  it('has one timer while anything waits, and none for long when nothing does', () => {
    for (let count = 0; count < 10; count++) begin(`statement ${count}`);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(LIMIT_MS);
    expect(late).toHaveLength(10);
    expect(jest.getTimerCount()).toBe(0);
  });
});
