import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RunEvent } from '../../../src/authoring/reporting/run-event.js';
import type { RunStore } from '../../../src/runtime/run-store/run-store.interface.js';
import { SynapseSandbox } from '../../e2e/synapse-process.js';
import { describeWithPostgres, PostgresSandbox } from './postgres-sandbox.js';

// Each call starts a process.
jest.setTimeout(120_000);

const CONFIG = `name: Work
code: work
category: custom
pipelines:
  chain: [first, slow, last]
  broken: [first, held, boom]
`;

const ACTIONS = `import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { IsInt } from 'class-validator';
import { Action, BaseAction, type RuntimeContext } from 'nest-synapse';

const note = (text: string): void => appendFileSync('log.txt', process.env.ROLE + ' ' + text + '\\n');

export class CountParams {
  @IsInt() count = 1;
}
export class CountResult {
  @IsInt() count!: number;
}
@Action({ name: 'first', params: CountParams, result: CountResult, leaseMs: 300 })
export class FirstAction extends BaseAction<CountParams, CountResult> {
  override execute({ count }: CountParams): CountResult {
    note('first');
    return { count: count + 1 };
  }
  override compensate(_params: CountParams, { count }: CountResult): void {
    note('first undone ' + count);
  }
}
@Action({ name: 'slow', params: CountParams, result: CountResult, leaseMs: 300 })
export class SlowAction extends BaseAction<CountParams, CountResult> {
  override async execute({ count }: CountParams, ctx: RuntimeContext): Promise<CountResult> {
    note('slow ' + ctx.attempt);
    while (!existsSync('go.txt')) await sleep(20, undefined, { signal: ctx.signal });
    return { count: count * 10 };
  }
}
@Action({ name: 'held', params: CountParams, result: CountResult, leaseMs: 300 })
export class HeldAction extends BaseAction<CountParams, CountResult> {
  override execute({ count }: CountParams): CountResult {
    return { count };
  }
  override async compensate(): Promise<void> {
    note('undoing');
    while (!existsSync('go.txt')) await sleep(20);
    note('held undone');
  }
}
@Action({ name: 'boom', params: CountParams, leaseMs: 300 })
export class BoomAction extends BaseAction<CountParams, void> {
  override execute(): void {
    throw new Error('kaboom');
  }
}
@Action({ name: 'last', params: CountParams, result: CountResult, leaseMs: 300 })
export class LastAction extends BaseAction<CountParams, CountResult> {
  override execute({ count }: CountParams): CountResult {
    note('last');
    return { count: count + 1 };
  }
}
`;

const urlOf = (path: string): string => JSON.stringify(pathToFileURL(path).href);

/** A Nest application with the plugin, on a store with short leases: it runs the pipeline that it is told to, or only takes runs over. */
const HOST = `
import ${urlOf(require.resolve('reflect-metadata'))};
import { Module } from ${urlOf(require.resolve('@nestjs/common'))};
import { NestFactory } from ${urlOf(require.resolve('@nestjs/core'))};
import { PipelineRunner, PostgresRunStore, SynapseModule } from ${urlOf(resolve(__dirname, '../../../dist/index.js'))};

const { STORE_URL, STORE_SCHEMA, PIPELINE, ROLE } = process.env;
const store = new PostgresRunStore({ url: STORE_URL, schema: STORE_SCHEMA, leaseMs: 300 });
class Host {}
Module({
  imports: [SynapseModule.forRoot({ store, recover: ROLE === 'peer', recoverIntervalMs: 100 }), await SynapseModule.forPlugin('.')],
})(Host);
const app = await NestFactory.createApplicationContext(Host, { logger: ['error', 'warn'] });
console.log('started');
if (PIPELINE) await (await app.get(PipelineRunner).run(PIPELINE, { params: { count: 4 } })).outcome();
setInterval(() => undefined, 1_000);
`;

describeWithPostgres('A pipeline on Postgres', 'a database', () => {
  let postgres: PostgresSandbox;
  let sandbox: SynapseSandbox;
  let store: RunStore;
  let schema: string;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    postgres = await PostgresSandbox.open('a database');
  });
  beforeEach(() => {
    sandbox = new SynapseSandbox();
    sandbox.write({ 'config.yaml': CONFIG, 'actions.ts': ACTIONS, 'host.mjs': HOST });
    schema = postgres.newSchema();
    store = postgres.store({ schema });
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    sandbox.remove();
  });
  afterAll(() => postgres.close());

  const log = (): string[] =>
    existsSync(sandbox.path('log.txt')) ? readFileSync(sandbox.path('log.txt'), 'utf8').trim().split('\n') : [];

  async function host(role: string, pipeline = ''): Promise<ChildProcess> {
    const given = { ROLE: role, PIPELINE: pipeline, STORE_URL: postgres.url, STORE_SCHEMA: schema };
    const env = sandbox.environment(given);
    const child = spawn(process.execPath, ['host.mjs'], { cwd: sandbox.root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error(`The host ended: ${said}`))),
    ]);
    return child;
  }

  async function until(isMet: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await isMet())) await new Promise((settle) => setTimeout(settle, 20));
  }

  /** Has a host run the pipeline, and kills it once it has noted something. */
  async function killedRun(pipeline: string, when: string): Promise<string> {
    const owner = await host('owner', pipeline);
    await until(() => log().includes(`owner ${when}`));
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const runs = await store.list();
    return runs.find(({ action }) => action === `pipeline:${pipeline}`)?.id ?? '';
  }

  async function endOf(id: string): Promise<{ readonly status: string; readonly epoch?: number }> {
    await until(async () => (await store.get(id))?.ended_at !== undefined);
    return (await store.get(id)) ?? { status: 'gone' };
  }

  async function eventsOf(id: string): Promise<readonly RunEvent[]> {
    return store.events(id);
  }

  it('D22: is taken over by a peer host when its host is killed: what is completed stays, what is in doubt goes on, the rest follows', async () => {
    const id = await killedRun('chain', 'slow 1');
    await host('peer');
    await until(() => log().includes('peer slow 2'));
    sandbox.write({ 'go.txt': '' });

    expect(await endOf(id)).toMatchObject({ status: 'completed', result: { count: 51 }, attempt: 2 });
    expect(log()).toEqual(['owner first', 'owner slow 1', 'peer slow 2', 'peer last']);
    const children = await store.list({ parentId: id });
    expect(children.map(({ action, status }) => `${action} ${status}`).sort()).toEqual([
      'first completed',
      'last completed',
      'slow completed',
    ]);
    const events = await eventsOf(id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ type }) => type === 'run.completed')).toHaveLength(1);
  });

  it('goes on going back on a peer host, and fails as it would have', async () => {
    const id = await killedRun('broken', 'undoing');
    await host('peer');
    await until(() => log().includes('peer undoing'));
    sandbox.write({ 'go.txt': '' });

    expect(await endOf(id)).toMatchObject({
      status: 'failed',
      undo: 'done',
      error: { message: `Action 'boom' failed: kaboom` },
    });
    expect(log()).toEqual(['owner first', 'owner undoing', 'peer undoing', 'peer held undone', 'peer first undone 5']);
  });

  it('is shown, listed and resumed by the command line on the same database', async () => {
    const id = await killedRun('chain', 'slow 1');
    sandbox.write({ 'go.txt': '' });
    const where = ['--store', `${postgres.url}?schema=${schema}`];
    const env = { ROLE: 'cli' };
    const { code, stdout, stderr } = sandbox.call(['run', 'resume', id, '--json', ...where], { env });

    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toEqual({ id, status: 'completed', result: { count: 51 } });
    expect(log()).toEqual(['owner first', 'owner slow 1', 'cli slow 2', 'cli last']);
  });
});
