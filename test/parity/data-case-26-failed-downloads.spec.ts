import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackendServer } from '../../src/resources/clients/recording/backend-server.js';
import { treeOf } from './dataset-case.js';
import { DownloadBench, input, rowOf } from './download-bench.js';

let bench: DownloadBench;
beforeEach(async () => {
  bench = await DownloadBench.start();
});
afterEach(() => bench.stop());

describe('a download that goes wrong', () => {
  const failing = () => {
    const good = bench.server.serveFile('good.png', readFileSync(join(input, 'src/one.png')));
    bench.serve({ units: [{ id: 1, files: { image: good } }, { id: 2, files: { image: `${bench.server.base}/media/none.png` } }] });
  };

  it('reports the units that fail and goes on, where nothing else is said', async () => {
    failing();
    const handle = await bench.start();

    expect(await handle.result()).toMatchObject({ count: 1, failed_count: 1 });
    expect((await bench.logsOf(handle)).find(({ log }) => log === 'download_unit_error')?.data).toMatchObject({ unit_id: 2 });
    expect(Object.keys(treeOf(bench.out))).toHaveLength(2);
  });

  it('fails with the first unit that fails where it is told to, and leaves nothing', async () => {
    failing();
    const handle = await bench.start({ on_error: 'fail' });

    await expect(handle.result()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_HTTP_NOT_FOUND' } });
    expect(readdirSync(bench.folder)).toEqual([]);
  });

  it('fails when nothing at all came through', async () => {
    bench.serve({ units: [{ id: 2, files: { image: `${bench.server.base}/media/none.png` } }] });

    await expect((await bench.start()).result()).rejects.toMatchObject({ details: { total: 1 } });
    expect(readdirSync(bench.folder)).toEqual([]);
  });

  it('leaves a folder of somebody else as it is', async () => {
    bench.serve(rowOf('plain'));
    cpSync(input, bench.out, { recursive: true });
    const before = treeOf(bench.out);

    await expect((await bench.start()).result()).rejects.toMatchObject({ details: { step_cause_code: 'SYN_DATASET_TARGET' } });
    expect(treeOf(bench.out)).toEqual(before);
  });

  it('takes the data set away again when the conversion after it fails', async () => {
    bench.serve({ units: [{ id: 1, files: { image: join(input, 'src/one.png') }, annotations: { bounding_box: [{}] } }] });
    const handle = await bench.start({ operation: 'download_and_convert' });

    await expect(handle.result()).rejects.toMatchObject({ details: { step: 'convert' } });
    expect(readdirSync(bench.folder)).toEqual([]);
  });

  it('keeps addresses of this machine that are not the platform out of reach', async () => {
    const other = await new BackendServer().start();
    bench.serve({ units: [{ id: 1, files: { image: other.serveFile('secret.png', Buffer.from('secret')) } }] });
    await expect((await bench.start()).result()).rejects.toThrow('not a public address');

    expect(other.requests).toEqual([]);
    await other.stop();
  });

  it('ends with the run that is cancelled, and leaves nothing', async () => {
    const asked = Promise.withResolvers<void>();
    bench.serve({ units: [{ id: 1, files: { image: `${bench.server.base}/slow.png` } }] });
    const answer = bench.server.onRequest;
    bench.server.onRequest = (request, perform) => {
      if (request.path !== '/slow.png') return answer?.(request, perform);
      asked.resolve();
      return new Promise(() => undefined);
    };
    const handle = await bench.start();
    await asked.promise;
    await handle.cancel('enough');

    await expect(handle.result()).rejects.toMatchObject({ code: 'SYN_RUN_CANCELLED' });
    expect(readdirSync(bench.folder)).toEqual([]);
  });
});

describe('a download of many units', () => {
  it('B-36: has ten units under way at most, and all of those, whoever serves their files', async () => {
    let now = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const units = Array.from({ length: 60 }, (_, id) => ({ id, files: { image: `${bench.server.base}/pictures/${id}.png` } }));
    bench.serve({ units });
    const answer = bench.server.onRequest;
    bench.server.onRequest = async (request, perform) => {
      if (!request.path.startsWith('/pictures/')) return (await answer?.(request, perform)) ?? perform();
      now += 1;
      most = Math.max(most, now);
      // The first ten wait for each other; only then is there an eleventh.
      if (most < 10) await new Promise<void>((resolve) => waiting.push(resolve));
      else for (const go of waiting.splice(0)) go();
      now -= 1;
      return { status: 200, body: Buffer.from(request.path) };
    };

    expect((await (await bench.start()).result()).count).toBe(60);
    expect(most).toBe(10);
  });
});

