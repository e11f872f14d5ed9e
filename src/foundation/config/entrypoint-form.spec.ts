import { isSameEntrypoint } from './entrypoint-form.js';

describe(isSameEntrypoint, () => {
  it.each([
    'plugin/acts:Train',
    'plugin.acts:Train',
    'plugin.acts.Train',
    './plugin/acts:Train',
    'plugin/acts.ts:Train',
    'plugin\\acts.mjs:Train',
    ' plugin/acts:Train ',
  ])('takes %p for plugin/acts:Train', (form) => {
    expect(isSameEntrypoint(form, 'plugin/acts:Train')).toBe(true);
    expect(isSameEntrypoint('plugin/acts:Train', form)).toBe(true);
  });

  it.each([
    ['plugin/acts:Train', 'plugin/acts:train'],
    ['plugin/acts:Train', 'acts:Train'],
    ['plugin/acts:Tools.count', 'plugin/acts/Tools:count'],
    ['plugin/acts:Tools.count', 'plugin/acts:Tools'],
    ['', 'plugin/acts:Train'],
  ])('tells %p from %p', (one, other) => {
    expect(isSameEntrypoint(one, other)).toBe(false);
  });

  it('takes the dotted form of a method action', () => {
    expect(isSameEntrypoint('plugin.acts.Tools.count', 'plugin/acts:Tools.count')).toBe(true);
  });
});
