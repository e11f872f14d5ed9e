import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SynapseSandbox } from './synapse-process.js';

// Each call starts a process.
jest.setTimeout(60_000);

const WORK = `
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Action, BaseAction, BaseStep, Step, StepContext, StepResult } from 'nest-synapse';

abstract class EffectStep extends BaseStep {
  async execute({ currentStep, idempotencyKey }: StepContext) {
    appendFileSync('effects', idempotencyKey + '\\n');
    while (existsSync('hold-' + currentStep)) await sleep(10);
    return StepResult.ok();
  }
}
@Step({ name: 'a' }) export class StepA extends EffectStep {}
@Step({ name: 'b' }) export class StepB extends EffectStep {}

@Action({ name: 'work', steps: [StepA, StepB], leaseMs: 300 })
export class WorkAction extends BaseAction {}
`;

const urlOf = (path: string): string => JSON.stringify(pathToFileURL(path).href);

/** A Nest application with the plugin, which says on its standard output what ends. */
const HOST = `
import ${urlOf(require.resolve('reflect-metadata'))};
import { Module } from ${urlOf(require.resolve('@nestjs/common'))};
import { NestFactory } from ${urlOf(require.resolve('@nestjs/core'))};
import { SqliteRunStore, SynapseModule } from ${urlOf(resolve(__dirname, '../../dist/index.js'))};

const listeners = [({ type, run_id }) => { if (/^run\\.(completed|failed|cancelled)$/.test(type)) console.log(type, run_id); }];
const settings = { store: new SqliteRunStore(), recover: true, recoverIntervalMs: 100, listeners };
class Host {}
Module({ imports: [SynapseModule.forRoot(settings), await SynapseModule.forPlugin('.')] })(Host);
await NestFactory.createApplicationContext(Host, { logger: ['error', 'warn'] });
console.log('started');
setInterval(() => undefined, 1_000);
`;

describe('A host on the same store as the command line', () => {
  const sandbox = new SynapseSandbox();
  const children: ChildProcess[] = [];
  beforeAll(() =>
    sandbox.write({ 'config.yaml': 'name: Work\ncode: work\n', 'work.ts': WORK, 'host.mjs': HOST, effects: '' }),
  );
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    sandbox.remove();
  });

  const effects = (): string[] => readFileSync(sandbox.path('effects'), 'utf8').split('\n').filter(Boolean);

  async function killedInB(): Promise<string> {
    writeFileSync(sandbox.path('hold-b'), '');
    const changes = watch(sandbox.path('effects'));
    const { child } = sandbox.start(['plugin', 'run', 'work']);
    children.push(child);
    for await (const _ of changes) if (effects().at(-1)?.endsWith(':b')) break;
    child.kill('SIGKILL');
    await once(child, 'close');
    rmSync(sandbox.path('hold-b'));
    return effects().at(-1)?.split(':')[0] ?? '';
  }

  it('goes on with a run whose process was killed, without a hand', async () => {
    const host = spawn(process.execPath, ['host.mjs'], { cwd: sandbox.root, env: sandbox.environment() });
    children.push(host);
    let said = '';
    host.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    host.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const exited = once(host, 'exit').then(() => Promise.reject(new Error(said)));
    const hears = async (text: string): Promise<void> => {
      while (!said.includes(text)) await Promise.race([once(host.stdout, 'data'), exited]);
    };
    await hears('started');
    const id = await killedInB();
    await hears(id);
    exited.catch(() => undefined);

    expect(said).toBe(`started\nrun.completed ${id}\n`);
    expect(effects()).toEqual([`${id}:a`, `${id}:b`, `${id}:b`]);
    const shown = JSON.parse(sandbox.call(['run', 'show', id, '--json']).stdout) as object;
    expect(shown).toMatchObject({ status: 'completed', attempt: 2, owner: { pid: host.pid } });
  });
});
