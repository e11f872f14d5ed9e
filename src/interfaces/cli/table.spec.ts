import { displayWidth, oneLine, tableText } from './table.js';

describe(displayWidth, () => {
  it.each([
    ['plain', 5],
    ['학습', 4],
    ['日本', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['🚀', 2],
    ['', 0],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe(oneLine, () => {
  it('leaves nothing that could move the cursor, hide text or start a line', () => {
    expect(oneLine(' a\u001b[31mred\u001b[0m\r\nb\u0007\u202ec\tend ')).toBe('ared b c end');
  });
});

describe(tableText, () => {
  it('gives each column the width of its widest cell, and no line spaces at its end', () => {
    const text = tableText(
      ['NAME', 'WHAT'],
      [
        ['학습', 'first'],
        ['longer name', ''],
      ],
    );

    expect(text).toBe('NAME         WHAT\n학습         first\nlonger name\n');
  });
});
