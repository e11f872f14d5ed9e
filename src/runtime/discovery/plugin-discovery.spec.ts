import { Type } from 'class-transformer';
import { IsIn, IsInt, IsObject, ValidateNested } from 'class-validator';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Action } from '../../authoring/decorators/action.decorator.js';
import { BaseAction } from '../../authoring/actions/base-action.js';
import { RunMethod } from '../../foundation/config/enums.js';
import { Dataset, ModelWeights } from '../../foundation/data-types/built-in-types.js';
import { actionFile, inLoader, loaderOutcome, withFiles } from './loader/loader.fixture.js';
import { PluginDiscovery } from './plugin-discovery.js';

// Each test of a folder starts a process of its own.
jest.setTimeout(60_000);

class Optimizer {
  @IsInt()
  steps = 3;
}

class TrainParams {
  @IsInt()
  epochs = 10;

  @IsIn(['adam', 'sgd'])
  optimizer = 'adam';

  @ValidateNested()
  @Type(() => Optimizer)
  nested = new Optimizer();

  @IsObject()
  since: object = new Date(0);
}

class TrainResult {
  @IsInt()
  score!: number;
}

@Action({
  name: 'train',
  method: RunMethod.Job,
  params: TrainParams,
  result: TrainResult,
  inputType: Dataset,
  outputType: ModelWeights,
})
class TrainAction extends BaseAction<TrainParams, TrainResult> {
  override async execute(): Promise<TrainResult> {
    return { score: 1 };
  }
}

@Action()
class BareAction extends BaseAction {}

describe(PluginDiscovery, () => {
  const discovery = PluginDiscovery.fromModule(
    { TrainAction, BareAction },
    { name: 'my.plugin', category: 'neural_net' },
  );

  it('answers what the class of an action declares', async () => {
    expect(await discovery.getActionClass('train')).toBe(TrainAction);
    expect(await discovery.getActionParamsModel('train')).toBe(TrainParams);
    expect(await discovery.getActionResultModel('train')).toBe(TrainResult);
    expect(await discovery.getActionInputType('train')).toBe('dataset');
    expect(await discovery.getActionOutputType('train')).toBe('model_weights');
    expect(discovery.getActionMethod('train')).toBe('job');
    expect((await discovery.getActionUiSchema('train')).map(({ name }) => name)).toEqual([
      'epochs',
      'optimizer',
      'nested',
      'since',
    ]);
    expect((await discovery.getActionResultUiSchema('train')).map(({ name }) => name)).toEqual(['score']);
  });

  it('answers with nothing where the class declares nothing', async () => {
    expect(await discovery.getActionParamsModel('bare')).toBeNull();
    expect(await discovery.getActionResultModel('bare')).toBeNull();
    expect(await discovery.getActionInputType('bare')).toBeNull();
    expect(await discovery.getActionUiSchema('bare')).toEqual([]);
    expect(discovery.getActionMethod('bare')).toBe('task');
  });

  it.each([
    'getActionClass',
    'getActionParamsModel',
    'getActionResultModel',
    'getActionInputType',
    'getActionUiSchema',
  ] as const)('%s refuses an action that is not there', async (method) => {
    await expect(discovery[method]('trian')).rejects.toMatchObject({
      code: 'SYN_ACTION_NOT_FOUND',
      message: expect.stringContaining("Did you mean 'train'") as string,
    });
  });

  it('D34: writes nothing to the classes, so that two plugins can share one', async () => {
    const before = Reflect.ownKeys(TrainAction).concat(Reflect.getOwnMetadataKeys(TrainAction));
    const other = PluginDiscovery.fromModule([TrainAction], { name: 'other', category: 'export' });
    await other.toConfigDict();

    expect(Reflect.ownKeys(TrainAction).concat(Reflect.getOwnMetadataKeys(TrainAction))).toEqual(before);
    expect(await other.getActionClass('train')).toBe(await discovery.getActionClass('train'));
    expect([other.config.category, discovery.config.category]).toEqual(['export', 'neural_net']);
    expect(other.getActionEntrypoint('train')).toBe('other:TrainAction');
  });

  it('D32: exports JSON-safe values only, which any YAML reader takes', async () => {
    const exported = await discovery.toConfigDict();
    const yaml = await discovery.toYaml();

    expect(JSON.parse(JSON.stringify(exported))).toEqual(exported);
    expect(parse(yaml, { schema: 'core' })).toEqual(exported);
    expect(yaml).not.toMatch(/!|&|\*/);
    expect(exported).toMatchObject({ name: 'my.plugin', code: 'my-plugin', category: 'neural_net' });
    expect(exported['actions']).toMatchObject({
      train: {
        entrypoint: 'my.plugin:TrainAction',
        method: 'job',
        input_type: 'dataset',
        output_type: 'model_weights',
        hyperparameters: { train_ui_schemas: await discovery.getActionUiSchema('train') },
        result_schema: await discovery.getActionResultUiSchema('train'),
      },
      bare: { hyperparameters: { train_ui_schemas: [] } },
    });
  });

  it('leaves the forms out when asked to', async () => {
    expect(JSON.stringify(await discovery.toConfigDict({ includeUiSchemas: false }))).not.toMatch(
      /hyperparameters|result_schema/,
    );
  });

  it('refuses to sync a plugin without a folder', async () => {
    await expect(discovery.syncConfigFile()).rejects.toMatchObject({ code: 'SYN_USAGE' });
  });
});

const CONFIG = `name: Demo
code: demo
version: "2.0.0"
category: export
env: { FOO: bar }
runtime_env: { pip: [x] }
package_manager: npm
wheels_dir: w
supported_data_type: [image]
annotation_category: classification
annotation_type: bbox
smart_tool: interactive
custom: { keep: true }
actions:
  short: actions/a:shortAction
  renamed:
    entrypoint: actions.a.longAction
    method: serve
    description: from config
    input_type: my_own_type
    note: kept
  again: { entrypoint: actions/a:longAction }
  nothing:
  gone: actions/gone:Gone
`;

const FILES = {
  'config.yaml': CONFIG,
  'actions/a.ts': `${actionFile('short', 'return 1;')}@Action({ name: 'long', description: 'from code', method: 'job' })\nexport class longAction extends BaseAction { async execute() { return 2; } }\n`,
  'actions/b.ts': actionFile('nothing', 'return 3;'),
  'actions/c.ts': actionFile('coded', 'return 4;'),
};

const DISCOVER = `const { PluginDiscovery } = await import('./src/runtime/discovery/plugin-discovery.js'); const discovery = await PluginDiscovery.fromPath(root, { loader });`;

describe('PluginDiscovery of a folder', () => {
  it('D30: takes entries that are only an entrypoint or nothing, and actions without an entry', async () => {
    await withFiles(FILES, async (folders) => {
      const body = `${DISCOVER} const names = discovery.listActions();
        return names.map((name) => { const { method, description, entrypoint } = discovery.getActionConfig(name); return [name, entrypoint, method, description]; });`;

      expect(await inLoader(body, folders)).toEqual([
        ['short', 'actions/a:shortAction', 'task', ''],
        ['renamed', 'actions.a.longAction', 'serve', 'from config'],
        ['again', 'actions/a:longAction', 'job', 'from code'],
        ['nothing', 'actions/b:nothingAction', 'task', ''],
        ['gone', 'actions/gone:Gone', 'task', ''],
        ['coded', 'actions/c:codedAction', 'task', ''],
      ]);
    });
  });

  it('executes the code only when a class is asked for', async () => {
    const files = {
      'config.yaml': 'name: D\ncode: d\n',
      'a.ts': actionFile('a', 'return 1;', `globalThis.isLoaded = true;`),
    };
    await withFiles(files, async (folders) => {
      const body = `${DISCOVER} discovery.getActionConfig('a'); await discovery.toYaml({ includeUiSchemas: false }); const before = globalThis.isLoaded;
        await discovery.getActionClass('a'); return [before ?? false, globalThis.isLoaded];`;

      expect(await inLoader(body, folders)).toEqual([false, true]);
    });
  });

  it('D34: gives one class under two entries the names and types of each', async () => {
    await withFiles(FILES, async (folders) => {
      const body = `${DISCOVER} return [await discovery.getActionClass('renamed') === await discovery.getActionClass('again'),
        await discovery.getActionInputType('renamed'), await discovery.getActionInputType('again'), discovery.getActionMethod('renamed'), discovery.getActionMethod('again')];`;

      expect(await inLoader(body, folders)).toEqual([true, 'my_own_type', null, 'serve', 'job']);
    });
  });

  it('refuses the class of an entry that leads nowhere, and says what there is', async () => {
    await withFiles(FILES, async (folders) => {
      const { error } = await loaderOutcome(`${DISCOVER} await discovery.getActionClass('gone');`, folders);

      expect(error).toMatchObject({
        code: 'SYN_ENTRYPOINT_INVALID',
        details: { action: 'gone', entrypoint: 'actions/gone:Gone' },
      });
      expect(error?.message).toContain('actions/a:shortAction');
    });
  });

  it('D31: exports every field of the configuration, names, declared types and unknown keys included', async () => {
    const files = { ...FILES, 'config.yaml': CONFIG.replace('  gone: actions/gone:Gone\n', '') };
    await withFiles(files, async (folders) => {
      const exported = await inLoader<Record<string, unknown>>(`${DISCOVER} return discovery.toConfigDict();`, folders);
      const { actions, ...written } = parse(files['config.yaml']) as { actions: object };

      expect(exported).toMatchObject(written);
      expect(Object.keys(exported['actions'] as object)).toEqual([...Object.keys(actions), 'coded']);
      expect(exported['actions']).toMatchObject({
        renamed: {
          entrypoint: 'actions.a.longAction',
          method: 'serve',
          description: 'from config',
          input_type: 'my_own_type',
          note: 'kept',
        },
      });
    });
  });

  it('syncs config.yaml with the names that its entries give', async () => {
    await withFiles(FILES, async (folders) => {
      const body = `${DISCOVER} const first = await discovery.syncConfigFile({ prune: true }); const second = await discovery.syncConfigFile(); return [first.changes, second.isWritten];`;

      expect(await inLoader(body, folders)).toEqual([
        {
          nothing: 'entrypoint=actions/b:nothingAction',
          coded: 'added (entrypoint=actions/c:codedAction)',
          gone: 'removed',
        },
        false,
      ]);
      expect(readFileSync(join(folders.root, 'config.yaml'), 'utf8')).toContain('env: { FOO: bar }');
    });
  });

  it('lists what the sources have by themselves', async () => {
    await withFiles(FILES, async (folders) => {
      const body = `${DISCOVER} return PluginDiscovery.discoverActions(root);`;

      expect(Object.keys(await inLoader<object>(body, folders))).toEqual(['short', 'long', 'nothing', 'coded']);
    });
  });

  it('refuses sources it cannot read whole, with the place', async () => {
    const files = { 'config.yaml': 'name: D\ncode: d\n', 'a.ts': 'class {' };
    await withFiles(files, async (folders) => {
      const { error } = await loaderOutcome(DISCOVER, folders);

      expect(error).toMatchObject({ code: 'SYN_PLUGIN_COMPILE', details: { file: 'a.ts', line: 1 } });
    });
  });
});
