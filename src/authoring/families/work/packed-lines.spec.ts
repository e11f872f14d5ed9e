import { runInChild } from '../../../../test/run-in-child.js';
import { packLines, unpackLines } from './packed-lines.js';

const all = async (packed: string): Promise<object[]> => {
  const values: object[] = [];
  for await (const value of unpackLines(packed)) values.push(value);
  return values;
};

describe(packLines, () => {
  it('makes one text of many values, which come out of it as they were and in their order', async () => {
    const values = Array.from({ length: 20_000 }, (_, at) => ({ at, path: `사진/${at}\n"x"\u2028.png`, none: null }));
    const packed = await packLines(values);

    expect(await all(packed)).toEqual(values);
    expect(packed.length).toBeLessThan(values.length * 20);
  });

  it('takes none, and values as they come', async () => {
    async function* coming(): AsyncGenerator<object> {
      yield await Promise.resolve({ a: 1 });
      yield { b: 2 };
    }

    expect(await all(await packLines([]))).toEqual([]);
    expect(await all(await packLines(coming()))).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('fails as its values do', async () => {
    function* broken(): Generator<object> {
      yield {};
      throw new Error('no more');
    }

    await expect(packLines(broken())).rejects.toThrow('no more');
  });
});

/** Live bytes a file, of 100,000, when the first unit is taken; and of the plan as the journal keeps it. */
const MEASURE = `
import { organizeUnits } from './src/authoring/families/upload/workflow/organize-units.js';
import { packLines } from './src/authoring/families/work/packed-lines.js';

const COUNT = 100_000;
async function* files() {
  for (let at = 0; at < COUNT; at++) yield { key: 'image/folder/photograph-' + String(at).padStart(8, '0') + '.png', size: at };
}
function used(): number {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
export default async function measure() {
  await packLines([]);
  const base = used();
  let units = await organizeUnits({ files: files(), specifications: [{ name: 'image' }] });
  let iterator = units[Symbol.iterator]();
  let next = iterator.next();
  const organize = (used() - base) / COUNT;
  const plan = await packLines((function* () { for (; !next.done; next = iterator.next()) yield next.value; })());
  units = iterator = next = undefined;
  return { organize, plan: (used() - base) / COUNT, chars: plan.length };
}
`;

it('An upload holds less than 300 bytes of memory for each file, while it organizes and after', async () => {
  const { organize, plan } = await runInChild<{ organize: number; plan: number }>(MEASURE, {
    nodeArgs: ['--expose-gc'],
  });

  expect(organize).toBeLessThan(200);
  expect(plan).toBeLessThan(100);
});
