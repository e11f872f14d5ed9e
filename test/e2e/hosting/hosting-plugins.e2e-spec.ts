import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { HostProject, type HostSettings, pluginFolder, type PluginHost } from './plugin-host.js';

const GREETER = pluginFolder('greeter');
const TWIN = pluginFolder('twin');
const CONFIG = 'name: Probe\ncode: probe\n';

jest.setTimeout(60_000);

describe('SynapseModule.forPlugin', () => {
  let project: HostProject;
  let host: PluginHost;

  beforeAll(() => {
    if (!existsSync(resolve(__dirname, '../../../dist/index.js')))
      throw new Error('dist/index.js is missing: run `npm run build` first');
    project = new HostProject();
  });
  afterEach(() => host.terminate());
  afterAll(() => project.remove());

  const start = (settings: Partial<HostSettings> = {}): PluginHost =>
    (host = project.start({ platform: 'fastify', plugins: [GREETER], ...settings }));

  describe.each(['fastify', 'express'] as const)('in a host on %s', (platform) => {
    it('runs an action of a folder behind the guard of the host, on the database of the host', async () => {
      start({ platform });
      const greet = (headers?: Record<string, string>) =>
        host.request('/plugins/greeter/greet', { name: 'Ada' }, headers);

      expect((await greet({})).status).toBe(401);
      expect((await greet({ 'x-api-key': 'guess' })).status).toBe(403);
      await expect(greet()).resolves.toEqual({ status: 200, body: { result: { text: 'Hello, Ada!', visits: 1 } } });
      await expect(greet()).resolves.toMatchObject({ body: { result: { visits: 2 } } });
      await host.terminate();
      const runsOf = (name: string): unknown[] => host.facts.filter((fact) => name in fact).map(({ run }) => run);
      expect(runsOf('visit')).toHaveLength(2);
      expect(runsOf('visit')).toEqual(runsOf('started'));
    });

    it('answers bad params and unknown actions by the filter of the host', async () => {
      start({ platform });

      await expect(host.request('/plugins/greeter/greet', { name: '' })).resolves.toMatchObject({
        status: 422,
        body: { code: 'SYN_PARAMS_INVALID' },
      });
      await expect(host.request('/plugins/greeter/greed', {})).resolves.toMatchObject({
        status: 404,
        body: { code: 'SYN_ACTION_NOT_FOUND', message: expect.stringContaining("'greet'?") },
      });
    });

    it('keeps two plugins apart whose files and classes have the same names', async () => {
      start({ platform, plugins: [GREETER, TWIN] });

      await expect(host.request('/actions')).resolves.toMatchObject({
        body: [
          { plugin: 'greeter', name: 'greet', description: 'Greets somebody, and says how often it has' },
          { plugin: 'greeter', name: 'hold' },
          { plugin: 'twin', name: 'greet', description: 'Greets nobody' },
        ],
      });
      await expect(host.request('/plugins/twin/greet', {})).resolves.toMatchObject({
        body: { result: 'I am the other one' },
      });
      await expect(host.request('/plugins/greeter/greet', { name: 'Ada' })).resolves.toMatchObject({
        body: { result: { text: 'Hello, Ada!' } },
      });
    });

    it('cancels its runs when the process is told to end, before the database closes', async () => {
      start({ platform });
      const answer = host.request('/plugins/greeter/hold', {});
      await host.fact('started');
      const end = await host.terminate();

      await expect(answer).resolves.toMatchObject({ status: 409, body: { code: 'SYN_RUN_CANCELLED' } });
      expect(host.facts.slice(-2)).toEqual([{ visit: 'told to leave', run: expect.any(String) }, { visits: 'closed' }]);
      expect(end).toEqual({ code: null, signal: 'SIGTERM' });
      expect(host.stderr).toBe('');
    });

    it('waits for its runs where it is told to', async () => {
      start({ platform, onShutdown: 'wait' });
      const answer = host.request('/plugins/greeter/hold', { ms: 300 });
      await host.fact('started');
      await host.terminate();

      await expect(answer).resolves.toEqual({ status: 200, body: { result: 'stayed' } });
      expect(host.facts.at(-1)).toEqual({ visits: 'closed' });
    });
  });

  describe('stops the start of the application', () => {
    it.each<[string, Record<string, string>, string, RegExp]>([
      ['without a config.yaml', {}, 'SYN_CONFIG_NOT_FOUND', /config\.yaml/],
      ['with a config.yaml that breaks a rule', { 'config.yaml': 'code: probe\n' }, 'SYN_CONFIG_INVALID', /name/],
      [
        'that does not compile',
        { 'config.yaml': CONFIG, 'broken.ts': 'export const one = 1;\nexport const = 2;\n' },
        'SYN_PLUGIN_COMPILE',
        /broken\.ts:2/,
      ],
      [
        'whose import throws',
        {
          'config.yaml': CONFIG,
          'act.ts':
            "import { Action } from 'nest-synapse';\n@Action()\nexport class OneAction { execute() {} }\nthrow new Error('no license');\n",
        },
        'SYN_PLUGIN_LOAD',
        /no license/,
      ],
      [
        'with two actions of one name',
        {
          'config.yaml': CONFIG,
          'act.ts':
            "import { Action } from 'nest-synapse';\n@Action({ name: 'a' })\nexport class One { execute() {} }\n@Action({ name: 'a' })\nexport class Two { execute() {} }\n",
        },
        'SYN_DUPLICATE_NAME',
        /'a'/,
      ],
      [
        'with a method action whose params are an interface',
        {
          'config.yaml': CONFIG,
          'act.ts':
            "import { Action } from 'nest-synapse';\ninterface Shape { a: number }\nexport class Tools { @Action() count(params: Shape) { return params.a; } }\n",
        },
        'SYN_ACTION_DEFINITION',
        /Tools\.count .*Declare a class/,
      ],
    ])('%s, and says why', async (name, files, code, message) => {
      const folder = project.addPlugin(name.replaceAll(/\W+/g, '-'), files);
      start({ plugins: [folder] });

      await expect(host.fact('failed')).resolves.toMatchObject({ code, message: expect.stringMatching(message) });
      await expect(host.ended()).resolves.toEqual({ code: 1, signal: null });
    });

    it('where the same plugin is loaded twice', async () => {
      start({ plugins: [GREETER, GREETER] });

      await expect(host.fact('failed')).resolves.toMatchObject({
        code: 'SYN_ACTION_DEFINITION',
        message: expect.stringContaining("Two plugins have the code 'greeter'"),
      });
    });
  });
});
