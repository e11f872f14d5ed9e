import { StepResult } from '../../../authoring/steps/step-result.js';
import { LEASE_MS, loggedStep, Race } from './races.fixture.js';

describe('A process that executes a run', () => {
  it('does not take it over from itself when its own renewal is late', async () => {
    const race = new Race(
      (process, log) => [
        loggedStep(process, log, { name: 'copy', work: () => process.clock.sleep(4_000).then(() => StepResult.ok()) }),
      ],
      1,
    );
    await race.begin();
    let isSlow = true;
    race.process(1).store.faults = ({ method }) =>
      method === 'renew' && isSlow ? { kind: 'slow', ms: LEASE_MS } : undefined;
    await race.pass(3 * LEASE_MS);
    isSlow = false;

    expect(await race.finish()).toMatchObject({ status: 'completed', epoch: 1 });
    expect(race.log).toEqual(['1: copy at 0']);
  });

  it('begins nothing with a lease that is over when the answer to its claim comes', async () => {
    const race = new Race(
      (process, log) => [
        loggedStep(process, log, { name: 'copy', work: () => process.clock.sleep(2_000).then(() => StepResult.ok()) }),
      ],
      3,
    );
    await race.begin();
    race.process(1).kill();
    race.process(2).store.faults = ({ method }) =>
      method === 'claim' ? { kind: 'slow', ms: 0.6 * LEASE_MS } : undefined;

    expect(await race.finish()).toMatchObject({ status: 'completed' });
    expect(race.log).toHaveLength(2);
  });

  it('does not begin a run that was taken over while the answer to its creation was on the way', async () => {
    const race = new Race((process, log) => [loggedStep(process, log, { name: 'copy' })], 2);
    race.process(1).store.faults = ({ method }) =>
      method === 'create' ? { kind: 'slow', ms: 1.2 * LEASE_MS } : undefined;
    const started = race.process(1).runner.run({ action: 'race' });
    const refused = expect(started).rejects.toMatchObject({ code: 'SYN_RUN_OWNED' });
    await race.pass(1.2 * LEASE_MS);

    expect(await race.finish()).toMatchObject({ status: 'completed', epoch: 2 });
    await refused;
    expect(race.log).toHaveLength(1);
  });
});
