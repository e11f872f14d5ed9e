import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiscoveredAction } from '../../src/runtime/discovery/static-scan/discover-actions.js';
import { type Folder, withFolder } from '../../src/runtime/discovery/static-scan/scan-folders.fixture.js';
import type { ScanResult } from '../../src/runtime/discovery/static-scan/scan-result.js';
import { childOutcome, runInChild } from '../run-in-child.js';

interface RecordedCase {
  readonly id: string;
  readonly expected: Record<string, DiscoveredAction>;
}

const { cases } = JSON.parse(readFileSync(join(process.cwd(), 'test/parity/framework-cases.json'), 'utf8')) as { cases: RecordedCase[] };
const recorded = cases.find(({ id }) => id === 'C23')?.expected ?? {};

/** The case's own files in TypeScript: same names, same shapes. Python finds actions by their base, we by @Action(). */
const C23: Folder = {
  'plugin/acts.ts': `
import { Action, BaseAction, COCODataset, ModelWeights, YOLODataset } from 'nest-synapse';
import { Action as A, BaseAction as BA } from 'nest-synapse';
import * as sp from 'nest-synapse';
import { Injectable } from '@nestjs/common';

export class P { x = 1; }

@Action() export class PlainAction extends BaseAction { execute() { return {}; } }
@Action() export class GenericAction extends BaseAction<P> { execute() { return {}; } }
@Action({ name: 'custom_name' }) export class Named extends BaseAction<P> { execute() { return {}; } }
@sp.Action() export class DottedAction extends sp.BaseAction<P> { execute() { return {}; } }
@A() export class Aliased extends BA<P> { execute() { return {}; } }
@Action() export class Mid extends BaseAction<P> { execute() { return {}; } }
@Action() export class ChildOfMid extends Mid {}
export abstract class MidBase extends BaseAction<P> {}
@Action() export class ViaBase extends MidBase { execute() { return {}; } }
export namespace Outer { @Action() export class NestedAction extends BaseAction<P> { execute() { return {}; } } }
export function factory() {
  @Action() class LocalAction extends BaseAction<P> { execute() { return {}; } }
  return LocalAction;
}
@Action() export class HTTPExportAction extends BaseAction<P> { execute() { return {}; } }
@Action() export class _PrivateAction extends BaseAction<P> { execute() { return {}; } }
@Action({ inputType: YOLODataset, outputType: ModelWeights })
export class TypedAction extends BaseAction<P> { execute() { return {}; } }
export class NotAnAction extends P {}
export const ReboundAction = GenericAction;
@Injectable()
export class Tools {
  @Action({ name: 'decorated', description: 'd' }) decoratedFn(params: P, ctx: sp.RuntimeContext) { return {}; }
  @Action() bare_decorated(params: P, ctx: sp.RuntimeContext) { return {}; }
}
`,
  'plugin/broken.ts': `import { missing } from 'a-package-that-is-not-there'; import { Action, BaseAction } from 'nest-synapse';
@Action() export class BrokenAction extends BaseAction { execute() { return missing(); } }`,
  'plugin/syntax_err.ts': `import { Action } from 'nest-synapse';\n@Action() export class { execute( }`,
  'plugin/skip.test.ts': `import { Action } from 'nest-synapse';\n@Action() export class TestedAction {}`,
  'plugin/__tests__/setup.ts': `import { Action } from 'nest-synapse';\n@Action() export class ConfAction {}`,
  'plugin/sub/deep.ts': `import { Action, BaseAction } from 'nest-synapse';\n@Action() export class DeepAction extends BaseAction { execute() { return {}; } }`,
  'pkgx/index.ts': `import { Action, BaseAction } from 'nest-synapse';\n@Action() export class InitAction extends BaseAction { execute() { return {}; } }`,
};

const DISCOVER = `
import { discoverActions } from './src/runtime/discovery/static-scan/discover-actions.js';
export default (directory: string) => {
  let scan;
  const actions = discoverActions(directory, (found) => { scan = found; });
  return { actions, scan };
};`;

interface Discovered {
  readonly actions: Record<string, DiscoveredAction>;
  readonly scan: ScanResult;
}

/** `plugin.acts.X` of the original is `plugin/acts:X` here, and a package is its index file. */
function translated(expected: Record<string, DiscoveredAction>): Record<string, DiscoveredAction> {
  const entrypointOf = (dotted: string): string => {
    const path = dotted.split('.');
    const className = path.pop();
    return `${path.join('/') === 'pkgx' ? 'pkgx/index' : path.join('/')}:${className}`;
  };
  return Object.fromEntries(Object.entries(expected).map(([name, action]) => [name, { ...action, entrypoint: entrypointOf(action.entrypoint) }]));
}

describe('C23 source discovery', () => {
  let discovered: Discovered;
  beforeAll(async () => {
    discovered = await withFolder(C23, (directory) => runInChild<Discovered>(DISCOVER, { input: directory }));
  }, 60_000);

  it('finds the eleven actions of the original, with their names, entrypoints and types', () => {
    expect(Object.keys(recorded)).toHaveLength(11);
    expect(discovered.actions).toMatchObject(translated(recorded));
  });

  it('finds as well what the original missed: aliases, indirect bases, nested classes, functions, files that cannot be imported', () => {
    const added = Object.entries(discovered.actions).filter(([name]) => !Object.hasOwn(recorded, name));

    expect(Object.fromEntries(added.map(([name, { entrypoint }]) => [name, entrypoint]))).toEqual({
      aliased: 'plugin/acts:Aliased',
      childofmid: 'plugin/acts:ChildOfMid',
      nested: 'plugin/acts:Outer.NestedAction',
      decorated: 'plugin/acts:Tools.decoratedFn',
      bare_decorated: 'plugin/acts:Tools.bare_decorated',
      broken: 'plugin/broken:BrokenAction',
    });
  });

  it('leaves tests out, and says what the original passed over in silence (fix)', () => {
    const { errors, warnings, files } = discovered.scan;

    expect(files).toEqual(['pkgx/index.ts', 'plugin/acts.ts', 'plugin/broken.ts', 'plugin/sub/deep.ts', 'plugin/syntax_err.ts']);
    expect(errors).toMatchObject([{ code: 'syntax', file: 'plugin/syntax_err.ts', line: 2 }]);
    expect(warnings).toMatchObject([{ code: 'unreachable', file: 'plugin/acts.ts', message: expect.stringContaining('LocalAction') }]);
  });

  it('D11: refuses two classes of one name and names both, where the original took the last (fix)', async () => {
    const folder = {
      'a.ts': `import { Action } from 'nest-synapse';\n@Action() export class TrainAction {}`,
      'b.ts': `import { Action } from 'nest-synapse';\n@Action() export class TrainAction {}`,
    };
    const { error } = await withFolder(folder, (directory) => childOutcome(DISCOVER, { input: directory }));

    expect(error).toMatchObject({
      code: 'SYN_DUPLICATE_NAME',
      details: { name: 'train', owners: ['a:TrainAction (a.ts:2:24)', 'b:TrainAction (b.ts:2:24)'] },
    });
  });

  it('refuses a folder that is not there', async () => {
    const { error } = await childOutcome(DISCOVER, { input: '/no/such/folder' });

    expect(error).toMatchObject({ code: 'SYN_PLUGIN_FOLDER_NOT_FOUND', message: expect.stringMatching(/^Plugin directory not found: .*no.such.folder/) });
  });
});
