import { parseRunMode, RUN_MODE_WORDS, RunMode } from './run-mode.js';

describe(parseRunMode, () => {
  it.each<[string, RunMode]>([
    ...Object.values(RunMode).map((mode): [string, RunMode] => [mode, mode]),
    ['jobs-api', 'job'],
  ])('takes %s for %s', (word, mode) => {
    expect(parseRunMode(word)).toBe(mode);
    expect(RUN_MODE_WORDS).toContain(word);
  });

  it.each(['', 'Local', ' local', 'loacl', 'jobs', 'constructor', '__proto__'])(
    'D06: refuses %p, and says what there is: a typo must not become another mode',
    (word) => {
      expect(() => parseRunMode(word)).toThrow(
        expect.objectContaining({ code: 'SYN_USAGE', details: { mode: word, modes: RUN_MODE_WORDS } }),
      );
    },
  );
});
