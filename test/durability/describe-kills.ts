import { type DisturbedKill, GoingBackKills } from './going-back-kills.js';
import { expectLost, hangOwner, type KillSite } from './hanging-owner.js';
import { KillMatrix, type KillReport } from './kill-matrix.js';
import { type PipelineKill, PipelineKills } from './pipeline-kills.js';
import { type SecondKill, SecondKills } from './second-kills.js';
import { Victims } from './victims.js';

const LEASE_MS = 300;

/** What must hold on every store when processes are killed, or hang. */
export function describeKills(name: string, openSite: (victims: Victims) => KillSite): void {
  describe(`Processes that are killed at every write of a run, on ${name}`, () => {
    let victims: Victims;
    let reports: readonly KillReport[] = [];
    beforeAll(async () => {
      victims = new Victims({ leaseMs: LEASE_MS });
      const { where, store } = openSite(victims);
      reports = await new KillMatrix(victims, where, store).run();
      await store.close();
    });
    afterAll(() => victims.close());

    it('die at each of them: before it, in its middle, and when it is durable', () => {
      const killed = reports.filter(({ signal }) => signal === 'SIGKILL');
      const points = new Set(killed.map(({ crash, fails }) => `${crash} ${fails}`));

      expect(new Set(reports.map(({ crash, fails }) => `${crash} ${fails}`))).toEqual(points);
      expect(points.size).toBe(3 * (7 + 13));
    });

    it('leave a run, unless they die before it is there', () => {
      const without = reports.filter(({ run }) => run === undefined).map(({ crash }) => crash);

      expect(without.sort()).toEqual(['1:before', '1:before', '1:torn', '1:torn']);
    });

    it('leave runs that another process completes, or undoes as they would have been, each effect once, events without a gap', () => {
      expect(reports.filter(({ faults }) => faults.length > 0)).toEqual([]);
      const taken = reports.filter(({ run }) => (run?.epoch ?? 0) > 1);
      expect(taken.length).toBeGreaterThan(reports.length * 0.8);
    });
  });

  describe(`Processes that are killed while they go on with the runs of others, on ${name}`, () => {
    let victims: Victims;
    let kills: readonly SecondKill[] = [];
    beforeAll(async () => {
      victims = new Victims({ leaseMs: LEASE_MS });
      const { where, store } = openSite(victims);
      kills = await new SecondKills(victims, where, store).run();
      await store.close();
    });
    afterAll(() => victims.close());

    it('die at each write of the takeover, forward and back', () => {
      expect(kills.filter(({ signal }) => signal !== 'SIGKILL')).toEqual([]);
      expect(kills.length).toBeGreaterThanOrEqual(3 * (4 + 4));
    });

    it('leave runs that a third process completes, or undoes, each effect once, events without a gap', () => {
      expect(kills.filter(({ faults }) => faults.length > 0)).toEqual([]);
      expect(new Set(kills.map(({ run }) => run?.epoch))).toEqual(new Set([2, 3]));
    });
  });

  describe(`Processes that are killed at every write of a pipeline that goes back, on ${name}`, () => {
    let victims: Victims;
    let kills: readonly PipelineKill[] = [];
    beforeAll(async () => {
      victims = new Victims({ leaseMs: LEASE_MS });
      const { where, store } = openSite(victims);
      kills = await new PipelineKills(victims, where, store).run();
      await store.close();
    });
    afterAll(() => victims.close());

    it('die at each of them, forward and back', () => {
      expect(kills.filter(({ signal }) => signal !== 'SIGKILL')).toEqual([]);
      expect(kills.length).toBeGreaterThanOrEqual(3 * 20);
    });

    it('leave pipelines of which another process undoes what is completed, each step of each action once, newest first', () => {
      expect(kills.filter(({ faults }) => faults.length > 0)).toEqual([]);
      expect(kills.filter(({ run }) => run !== undefined).length).toBeGreaterThanOrEqual(kills.length - 2);
    });
  });

  describe(`Processes that are killed when a pipeline that goes back was disturbed, on ${name}`, () => {
    let victims: Victims;
    let kills: readonly DisturbedKill[] = [];
    let unkilled: Readonly<Record<string, string>> = {};
    beforeAll(async () => {
      victims = new Victims({ leaseMs: LEASE_MS });
      const { where, store } = openSite(victims);
      ({ kills, unkilled } = await new GoingBackKills(victims, where, store).run());
      await store.close();
    });
    afterAll(() => victims.close());

    it('else undo by themselves what they can: a run that was taken is waited for, one whose store is away is left', () => {
      expect(unkilled).toEqual({
        stolen: 'failed done',
        away: 'failed failed',
        looks: 'cancelled done',
        sends: 'cancelled done',
      });
    });

    it('die at each write after the run of an action was lost, and of a pipeline that is told to end while it is resumed', () => {
      expect(kills.filter(({ signal }) => signal !== 'SIGKILL')).toEqual([]);
      for (const wanted of ['stolen', 'away', 'looks', 'sends']) {
        expect(kills.filter(({ disturbance }) => disturbance === wanted).length).toBeGreaterThanOrEqual(2 * 8);
      }
    });

    it('leave pipelines that another process undoes, each step of each action once, newest first, or that had not begun to end', () => {
      expect(kills.filter(({ faults }) => faults.length > 0)).toEqual([]);
      const ends = kills.filter(({ disturbance }) => disturbance === 'looks').map(({ run }) => run?.status);
      expect(new Set(ends)).toEqual(new Set(['completed', 'failed', 'cancelled']));
    });
  });

  describe(`A process whose event loop is blocked for longer than its lease, on ${name}`, () => {
    let victims: Victims;
    let site: KillSite;
    beforeAll(() => {
      victims = new Victims({ leaseMs: LEASE_MS });
      site = openSite(victims);
    });
    afterAll(async () => {
      await site.store.close();
      await victims.close();
    });

    it('loses its run to another one, and what it commits late is refused', async () => {
      expectLost(await hangOwner(victims, site, 10 * LEASE_MS));
    });
  });
}
