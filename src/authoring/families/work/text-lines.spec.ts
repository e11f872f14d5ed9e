import { createReadStream } from 'node:fs';
import { textLines } from './text-lines.js';

describe(textLines, () => {
  it('closes what it reads from when its reader stops early', async () => {
    const input = createReadStream(__filename, { encoding: 'utf8', highWaterMark: 16 });
    const seen: string[] = [];
    for await (const line of textLines(input as AsyncIterable<string>)) {
      seen.push(line);
      break;
    }

    expect(seen).toEqual(["import { createReadStream } from 'node:fs';"]);
    expect(input.destroyed).toBe(true);
  });
});
