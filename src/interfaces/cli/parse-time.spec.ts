import { parseCount, parseDuration, parseTime } from './parse-time.js';

const usage = expect.objectContaining({ code: 'SYN_USAGE' }) as Error;

describe('flags that take times and numbers', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['15m', 900_000],
    ['1.5h', 5_400_000],
    ['30d', 2_592_000_000],
    ['4w', 2_419_200_000],
  ])('takes the duration %s', (text, durationMs) => {
    expect(parseDuration('--older-than', text)).toBe(durationMs);
  });

  it.each(['', '5', '-1d', 'd', '1y', '1 h', '1e3s', '99999999999999w', '2026-01-01'])(
    'refuses %p as a duration',
    (text) => {
      expect(() => parseDuration('--older-than', text)).toThrow(usage);
    },
  );

  it('takes a date, or how long ago it was', () => {
    expect(parseTime('--since', '2026-01-31T12:00:00Z')).toBe(Date.UTC(2026, 0, 31, 12));
    expect(parseTime('--since', '2026-01-31')).toBe(Date.UTC(2026, 0, 31));
    expect(parseTime('--since', '2h', 10_000_000)).toBe(2_800_000);
  });

  it.each(['', 'yesterday', '2026-13-45', '31.01.2026', '12', '5y'])('refuses %p as a time', (text) => {
    expect(() => parseTime('--since', text)).toThrow(usage);
  });

  it('takes whole numbers within their limits only', () => {
    const limits = { min: 1, max: 1_000 };

    expect(parseCount('--limit', '1000', limits)).toBe(1_000);
    for (const text of ['0', '1001', '-1', '1.5', '0x10', '', 'ten', '9'.repeat(30)]) {
      expect(() => parseCount('--limit', text, limits)).toThrow(usage);
    }
  });
});
