import { createActionTester } from '../action-tester.js';
import { VirtualClock } from '../virtual-clock.js';
import { ConvertAction } from './convert.action.js';
import { DownloadAction } from './download.action.js';
import { SamplePause } from './sample-pause.js';
import { TrainAction } from './train.action.js';

/** Takes its pauses on the clock of the test. */
function onClock(clock: VirtualClock): object {
  const pause: Pick<SamplePause, 'take'> = { take: (ms) => clock.sleep(ms) };
  return { clock, providers: [SamplePause], overrides: [{ provide: SamplePause, useValue: pause }] };
}

describe('The sample actions', () => {
  it('hand their results on from one to the next, each after a line in the log and its time', async () => {
    const clock = new VirtualClock();
    const download = await createActionTester(DownloadAction, onClock(clock));
    const convert = await createActionTester(ConvertAction, onClock(clock));
    const train = await createActionTester(TrainAction, onClock(clock));

    const downloaded = await download.run({ dataset_id: 7 });
    expect(downloaded.result).toEqual({ dataset_id: 7, dataset_path: '/tmp/datasets/7' });
    const converted = await convert.run({ dataset_path: downloaded.result.dataset_path });
    expect(converted.result.converted_path).toBe('/tmp/datasets/7/yolo');
    const trained = await train.run({ converted_path: converted.result.converted_path });
    expect(trained.result).toEqual({ model_path: '/tmp/models/best.pt', metrics: { mAP50: 0.85, 'mAP50-95': 0.72 } });

    for (const { logs } of [downloaded, converted, trained]) expect(logs).toHaveLength(1);
    expect(clock.monotonicMs()).toBe(4_000);
    await Promise.all([download, convert, train].map((tester) => tester.close()));
  });

  it('end when they are told to, in the middle of their pause', async () => {
    const tester = await createActionTester(DownloadAction, { providers: [SamplePause] });
    const handle = await tester.start({ dataset_id: 1 });

    expect(await handle.cancel('enough')).toMatchObject({ status: 'cancelled' });
    await tester.close();
  });
});
