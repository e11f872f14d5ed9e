import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { SynapseSandbox } from './synapse-process.js';

jest.setTimeout(120_000); // processes of the command line, perhaps on a busy machine

const PICTURE = join(__dirname, '../parity/data-cases/fixtures/single-file/pic.png'); // 100x50

/** Every file below a folder by its path, less what is random in it: the ids of new annotations. */
function filesOf(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const text = readFileSync(join(parentPath, name), 'latin1');
      return [relative(root, join(parentPath, name)), text.replace(/"id": "[0-9a-f]{10}"/g, '"id": "?"')];
    }),
  );
}

describe('synapse datasets convert --threads', () => {
  const sandbox = new SynapseSandbox();
  beforeAll(() => {
    const item = (id: string, label: string, data: unknown) => ({ id, classification: label, attrs: [], data });
    for (const part of ['train', 'valid', 'test']) {
      for (let index = 0; index < (part === 'test' ? 3 : 150); index++) {
        const picture = sandbox.path(`dm/${part}/original_files/p${index}.png`);
        mkdirSync(dirname(picture), { recursive: true });
        copyFileSync(PICTURE, picture);
        if (index % 10 === 9) continue; // nobody annotated it
        const bounding_box = [
          item('a', `class ${(index * 7) % 11}`, [index % 50, 1, 20, 20]),
          item('b', 'zebra', [90, 0, 20, 20]),
        ];
        const polygon =
          index % 3 === 0
            ? [
                item('c', 'ant', [
                  [0, 0],
                  [index % 90, 5],
                  [9, 40],
                ]),
              ]
            : [];
        const bad = index % 40 === 3 ? [item('d', 'ant', [5, 5, -1, 5])] : [];
        const classification = { bounding_box: [`class ${(index * 7) % 11}`, 'zebra'] };
        const document = { classification, images: [{ bounding_box: [...bounding_box, ...bad], polygon }] };
        sandbox.write({ [`dm/${part}/json/p${index}.json`]: JSON.stringify(document) });
      }
    }
  });
  afterAll(() => sandbox.remove());

  const convert = (source: string, target: string, ...words: string[]) =>
    sandbox.call(['datasets', 'convert', source, target, '--json', '--on-error', 'skip', ...words]);

  it('writes the same files and the same report as one thread, class numbers and first places included', () => {
    for (const threads of ['1', '2', '5']) {
      const { code, stderr } = convert('dm', `yolo${threads}`, '--to', 'yolo', '--threads', threads);
      expect([code, stderr]).toEqual([0, '']);
    }

    const one = filesOf(sandbox.path('yolo1'));
    expect(Object.keys(one).length).toBeGreaterThan(600);
    expect(JSON.parse(one['loss-report.json'] ?? '')).toMatchObject({ problems: [{ code: 'bad_shape' }] });
    expect(filesOf(sandbox.path('yolo2'))).toEqual(one);
    expect(filesOf(sandbox.path('yolo5'))).toEqual(one);
  });

  it.each(['dm_v1', 'dm_v2'])('writes the same documents of %s as one thread', (to) => {
    for (const threads of ['1', '3']) {
      expect(convert('yolo1/detect', `${to}-${threads}`, '--to', to, '--threads', threads).code).toBe(0);
    }

    expect(filesOf(sandbox.path(`${to}-3`))).toEqual(filesOf(sandbox.path(`${to}-1`)));
  });

  it('names the first mistake of all, whichever thread meets one, and leaves nothing', () => {
    const words = ['datasets', 'convert', 'dm', 'failed', '--to', 'yolo'];
    const errors = ['1', '3', '4'].map((threads) => sandbox.call([...words, '--threads', threads]));

    expect(errors.map(({ code }) => code)).toEqual([4, 4, 4]);
    expect(errors[0]?.stderr).toMatch(/json\/p\d+\.json \(annotation 'd'\): its box is inverted/);
    expect(new Set(errors.map(({ stderr }) => stderr)).size).toBe(1);
    expect(readdirSync(sandbox.root).filter((name) => name.includes('failed') || name.startsWith('.'))).toEqual([]);
  });
});
