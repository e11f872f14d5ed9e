import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import sharp from 'sharp';
import { SynapseSandbox } from '../../e2e/synapse-process.js';

jest.setTimeout(120_000); // processes of the command line, perhaps on a busy machine

const launcher = resolve(__dirname, '../../../bin/synapse.js');
/** Runs words in a namespace of its own, where the first of them is a disk of 256 kB. Needs neither root nor a disk. */
const ON_SMALL_DISK = 'mount -t tmpfs -o size=256k tmpfs "$1" && cd "$1" && shift && "$@"; code=$?; ls -A; exit $code';
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
if (!canMount) {
  process.stderr.write(
    'Skipped: a disk that fills up. It needs `unshare -rm` to mount a small disk, which is refused here.\n',
  );
}

describe('conversions by several processes, and onto a full disk', () => {
  const sandbox = new SynapseSandbox();
  const PICTURES = 40;
  beforeAll(async () => {
    const box = { id: 'b', classification: 'ant', attrs: [], data: [1, 2, 3, 4] };
    const names = Array.from({ length: PICTURES }, (_, index) => `p${index}`);
    const document = JSON.stringify({ images: [{ bounding_box: [box] }] });
    sandbox.write(Object.fromEntries(names.map((name) => [`dm/json/${name}.json`, document])));
    sandbox.write({ 'dm/original_files/.keep': '', 'disk/.keep': '' });
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const picture = sharp({ create: { width: 80, height: 60, channels: 3, background: 'red', noise } });
    for (const name of names)
      await picture
        .clone()
        .png()
        .toFile(sandbox.path(`dm/original_files/${name}.png`));
  });
  afterAll(() => sandbox.remove());

  (canMount ? it : it.skip)('a disk that fills up is named, and nothing is left on it', () => {
    const convert = [launcher, 'datasets', 'convert', sandbox.path('dm'), 'out', '--to', 'yolo', '--images', 'copy'];
    const words = ['-rm', 'sh', '-c', ON_SMALL_DISK, 'sh', sandbox.path('disk'), process.execPath, ...convert];
    const { status, stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8', env: sandbox.environment() });

    expect(stderr).toMatch(/cannot be written to .*out: the disk is full\. Make room/);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('of two processes that convert into one target, one fails and the other is whole', async () => {
    const words = ['datasets', 'convert', sandbox.path('dm'), sandbox.path('both'), '--to', 'yolo', '--json'];
    const finished = await Promise.all([sandbox.start(words).finished, sandbox.start(words).finished]);
    const [won, lost] = finished.toSorted((left, right) => (left.code ?? 9) - (right.code ?? 9));

    expect([won?.code, lost?.code]).toEqual([0, 2]);
    expect(lost?.stderr).toContain('something is there already');
    expect(JSON.parse(won?.stdout ?? '')).toMatchObject({ images: PICTURES, annotations_written: PICTURES });
    expect(readdirSync(sandbox.path('both/labels'))).toHaveLength(PICTURES);
    expect(readdirSync(sandbox.path('both/images'))).toHaveLength(PICTURES);
    expect(readdirSync(sandbox.root).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
