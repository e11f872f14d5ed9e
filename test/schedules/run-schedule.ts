import type { MemoryRunStore, RunRecord, RunStore } from '../../src/index.js';
import type { FaultPlan, SimulatedCluster } from '../../src/interfaces/testing/index.js';
import type { Kit } from './kit.js';
import { observedStore } from './observed-store.js';
import { type Safeguard, storeWithout } from './safeguards.js';
import type { Incident, Schedule, ScheduleOutcome } from './schedule.js';
import { STAGES, World } from './world.js';
import { workloadOf } from './workload.js';

/** How long after the last incident everything works again. */
const TROUBLE_MS = 6_000;
const STEP_MS = 500;
const PATIENCE_MS = 120_000;

/** One simulation: three processes, a run of six steps, and what the schedule does to them. */
export async function runSchedule(
  kit: Kit,
  truth: MemoryRunStore,
  schedule: Schedule,
  without?: Safeguard,
): Promise<ScheduleOutcome> {
  const simulation = new Simulation(kit, truth, schedule, without);
  return simulation.run();
}

class Simulation {
  readonly #schedule: Schedule;
  readonly #truth: MemoryRunStore;
  readonly #world: World;
  readonly #store: RunStore;
  /** What is looked at in the end: not what a store without its safeguard shows, but what it has. */
  readonly #judged: RunStore;
  readonly #cluster: SimulatedCluster;
  #troubles = 0;
  #isHealed = false;

  constructor(kit: Kit, truth: MemoryRunStore, schedule: Schedule, without: Safeguard | undefined) {
    this.#schedule = schedule;
    this.#truth = truth;
    this.#world = new World(truth);
    this.#store = observedStore(kit, without ? storeWithout(kit, without, truth) : truth, truth, this.#world);
    this.#judged = without === 'dedupe' ? this.#store : truth;
    this.#cluster = new kit.SimulatedCluster({
      store: this.#store,
      parts: (process) => kit.inlineActions([workloadOf(kit, process, this.#world, schedule)]),
    });
  }

  async run(): Promise<ScheduleOutcome> {
    const { time } = this.#cluster;
    const first = this.#start();
    this.#start();
    this.#start();
    void first.runner.run({ action: 'transfer' }).then(undefined, () => undefined);
    await time.settle();
    for (const incident of this.#schedule.incidents) time.after(incident.atMs, () => this.#happens(incident));
    await time.advance(TROUBLE_MS);
    this.#isHealed = true;
    this.#start();
    for (let waitedMs = 0; this.#isOpen() && waitedMs < PATIENCE_MS; waitedMs += STEP_MS) await time.advance(STEP_MS);
    await time.advance(STEP_MS); // those who are late find that it is over
    this.#cluster.stop();
    await this.#judge();
    const { status = 'not created', epoch = 0 } = this.#record ?? {};
    return { violations: this.#world.violations, status, epochs: epoch, troubles: this.#troubles };
  }

  #start() {
    const number = this.#cluster.processes.length;
    const planned = this.#schedule.faults.filter((fault) => fault.process === number);
    const faults: FaultPlan = (_call, calls) => {
      const found = this.#isHealed ? undefined : planned.find(({ call }) => call === calls);
      if (found) this.#trouble(number);
      return found?.fault;
    };
    return this.#cluster.start(faults);
  }

  #happens({ kind, process, ms }: Incident): void {
    const { processes } = this.#cluster;
    const number = process % processes.length;
    const hit = processes[number];
    if (kind === 'start') return void this.#start();
    if (!hit?.isAlive) return;
    this.#trouble(number);
    if (kind === 'kill') hit.kill();
    else if (kind === 'block') hit.block(ms);
    else if (this.#world.runId) void hit.runner.cancel(this.#world.runId, 'enough').then(undefined, () => undefined);
  }

  #trouble(number: number): void {
    const process = this.#cluster.processes[number];
    this.#troubles++;
    if (process) this.#world.troubled.add(process);
  }

  get #record(): RunRecord | undefined {
    return this.#world.runId === undefined ? undefined : this.#truth.get(this.#world.runId);
  }

  #isOpen(): boolean {
    const record = this.#record;
    return record !== undefined && (record.ended_at === undefined || record.undo === 'pending');
  }

  async #judge(): Promise<void> {
    const record = this.#record;
    if (!record) return;
    const world = this.#world;
    if (record.ended_at === undefined)
      world.broken(`the run is still ${record.status}, although everything works again`);
    if (record.undo === 'pending' || record.undo === 'failed')
      world.broken(`the undo is ${record.undo}, although everything works again`);
    this.#judgeEffects(record);
    const events = await this.#judged.events(record.id);
    const journal = await this.#judged.journal(record.id);
    if (events.some(({ seq }, index) => seq !== index + 1))
      world.broken(`events have the numbers ${events.map(({ seq }) => seq).join(' ')}`);
    const ends = events.filter(({ type }) => ['run.completed', 'run.failed', 'run.cancelled'].includes(type));
    if (ends.length !== 1 || events.at(-1) !== ends[0]) world.broken(`the run has ${ends.length} last events`);
    if (journal.some(({ seq }, index) => seq !== index + 1))
      world.broken(`entries have the numbers ${journal.map(({ seq }) => seq).join(' ')}`);
  }

  #judgeEffects({ status, result }: RunRecord): void {
    const { effects } = this.#world;
    const live = effects.filter(({ isDone, isUndone }) => isDone && !isUndone).map(({ step }) => step);
    const wanted = status === 'completed' ? Object.keys(STAGES).filter((step) => step !== 'note') : [];
    if ([...live].sort().join() !== [...wanted].sort().join())
      this.#world.broken(`a ${status} run leaves the effects of ${live.join(', ') || 'nothing'}`);
    if (status === 'completed' && (result as { steps_total?: number }).steps_total !== 6)
      this.#world.broken('the result is not that of six steps');
  }
}
