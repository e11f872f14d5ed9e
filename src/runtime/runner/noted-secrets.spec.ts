import { IsString } from 'class-validator';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { BaseDeploymentAction } from '../../authoring/families/deployment/base-deployment-action.js';
import { StepNotes } from '../../authoring/families/work/step-notes.js';
import { BaseStep } from '../../authoring/steps/base-step.js';
import type { StepContext } from '../../authoring/steps/step-context.js';
import type { StepRegistry } from '../../authoring/steps/step-registry.js';
import { StepResult } from '../../authoring/steps/step-result.js';
import { UiField } from '../../foundation/schema/ui-field.decorator.js';
import { BackendServer } from '../../resources/clients/recording/backend-server.js';
import { type Peer, PeerWorld } from './durable.fixture.js';
import { dyingIn, WORK_PROVIDERS, World } from './durable-steps.fixture.js';
import { eventsOf } from './runner.fixture.js';

const TOKEN = 'sesame';

class ServeParams {
  @IsString()
  @UiField({ secret: true })
  token!: string;
}

class LateStep extends BaseStep {
  override readonly name = 'late';
  constructor(private readonly world: World) {
    super();
  }
  execute(context: StepContext): StepResult | Promise<StepResult> {
    return this.world.instead.get(this.name)?.(context) ?? StepResult.fail('too late');
  }
}

@Action({ name: 'serve', params: ServeParams })
class ServeAction extends BaseDeploymentAction<ServeParams> {
  constructor(private readonly world: World) {
    super();
  }
  override setupSteps(registry: StepRegistry): void {
    registry.register(this.registerStep());
    registry.register(new LateStep(this.world));
  }
  protected override getPluginRelease(): Promise<number> {
    return Promise.resolve(2);
  }
}

describe('A secret of the params', () => {
  let peers: PeerWorld;
  let server: BackendServer;
  let world: World;
  beforeEach(async () => {
    server = await new BackendServer().start();
    peers = await PeerWorld.of([...WORK_PROVIDERS, ServeAction]);
    world = peers.get(World);
  });
  afterEach(async () => {
    await peers.close();
    await server.stop();
  });

  const peer = (): Peer => peers.peer({ ports: { client: () => server.client() } });

  it('is refused in a note, which says where it is, and nothing is kept', async () => {
    const told: unknown[] = [];
    world.instead.set('b', async (context) => {
      const notes = new StepNotes('made', context);
      const write = (note: object) => notes.add(note).catch((error: unknown) => told.push(error));
      await write({ id: 1, files: [{ url: `http://a/?t=${TOKEN}` }] });
      await write({ [`of ${TOKEN}`]: 1 });
      await write({ id: 2, files: [] });
      return StepResult.ok();
    });
    const handle = await peer().runner.run({ action: 'work', params: { token: TOKEN } });
    await handle.result();

    expect(told).toMatchObject([
      { code: 'SYN_NOTE_SECRET', paths: ['note.files.0.url'] },
      { code: 'SYN_NOTE_SECRET', paths: ['note'] },
    ]);
    const noted = (await peers.store.events(handle.id)).filter(({ type }) => type === 'checkpoint');
    expect(noted.map(({ data }) => data['note'])).toEqual([{ id: 2, files: [] }]);
  });

  describe('of a deployment that changes an application in place', () => {
    const before = {
      name: 'digits',
      plugin_release: 1,
      action: 'old',
      params: { token: TOKEN, old: 1 },
      num_replicas: 4,
    };
    const request = {
      action: 'serve',
      params: { token: TOKEN },
      env: { SYNAPSE_PLUGIN_RELEASE_CODE: 'digits' },
    };
    beforeEach(() => server.add('serve_applications', before));

    it('comes back when the same process undoes it', async () => {
      const handle = await peer().runner.run(request);

      await expect(handle.result()).rejects.toThrow('too late');
      expect(server.records('serve_applications')).toMatchObject([before]);
    });

    it('is left as it is by the undo of another process, which says so and changes the rest back', async () => {
      const { id } = await dyingIn('late', { world, peer: peer() }, (runner) => runner.run(request));
      await peers.outwait();
      const handle = await peer().runner.undo(id, { params: { token: 'another' } });
      await handle.result();

      const [application] = server.records('serve_applications');
      expect(application).toMatchObject({ ...before, params: expect.anything() as unknown });
      expect(application?.['params']).toEqual({ token: TOKEN });
      const warnings = (await eventsOf(handle)).filter(({ data }) => data['level'] === 'warning');
      expect(warnings.map(({ data }) => data['event'])).toContain('serve_application_not_restored');
    });
  });
});
